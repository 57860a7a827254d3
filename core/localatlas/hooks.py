"""The plugins' hooks, loaded one by one so that a broken plugin stops no other."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pluggy

from localatlas import hookspecs
from localatlas.errors import AtlasError, BuildCancelled, PluginFailedError

__all__ = ["broken", "call", "gather", "gather_files", "gather_named", "manager", "register", "unregister"]

GROUP = "localatlas.hooks"
_BROKEN: dict[str, str] = {}


@functools.cache
def manager() -> pluggy.PluginManager:
    """Return the plugin manager of this process, with the hooks of every installed plugin."""
    plugins = pluggy.PluginManager(hookspecs.PROJECT)
    _BROKEN.clear()
    plugins.add_hookspecs(hookspecs)
    # pluggy's own loader dies with the first plugin that cannot be imported.
    for distribution in importlib.metadata.distributions():
        for point in distribution.entry_points.select(group=GROUP):
            name = f"{distribution.metadata['Name']}:{point.name}"
            if plugins.has_plugin(name):
                continue
            try:
                plugins.register(point.load(), name=name)
            except Exception as error:  # noqa: BLE001  a plugin's module may raise anything
                _BROKEN[name] = f"{type(error).__name__}: {error}"
                if plugins.has_plugin(name):
                    plugins.unregister(name=name)  # pluggy keeps the hooks before the one that it refuses
                warnings.warn(
                    f"the hooks of {name} {distribution.version} are left out: {type(error).__name__}: {error}",
                    RuntimeWarning,
                    stacklevel=2,
                )
    return plugins


def broken() -> dict[str, str]:
    """Return why hooks were left out when they were loaded, by `distribution:name`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        manager()
    return dict(_BROKEN)


def register(module: object, name: str | None = None) -> object:
    """Add hook implementations for this process: a module or any object with `@hookimpl` functions."""
    manager().register(module, name=name)
    return module


def unregister(module: object) -> None:
    """Remove what `register` added."""
    manager().unregister(module)


def call(hook: str, **arguments: Any) -> Any:
    """Call a hook whose answer the caller cannot do without; the first answer, or the list of all.

    Raises:
        PluginFailedError: an implementation raised; the message names its plugin.
    """
    caller = getattr(manager().hook, hook)
    first = bool(caller.spec and caller.spec.opts.get("firstresult"))
    results = []
    for implementation in _implementations(hook, arguments):
        result = _answer(implementation, hook, arguments)
        if result is None:
            continue
        if first:
            return result
        results.append(result)
    return None if first else results


def gather(hook: str, **arguments: Any) -> list[Any]:
    """Call a hook that only watches or adds, and return all answers.

    An implementation that raises is left out with a warning that names its plugin; what it was told of goes on.
    A cancelled build and an interrupt pass through.
    """
    return [result for _, result in gather_named(hook, **arguments)]


def gather_named(hook: str, **arguments: Any) -> list[tuple[str, Any]]:
    """Return what `gather` does, each answer with the name of its plugin, for who has to check the answers."""
    results = []
    for implementation in _implementations(hook, arguments):
        try:
            result = _answer(implementation, hook, arguments)
        except BuildCancelled:
            raise
        except AtlasError as error:
            who = "" if isinstance(error, PluginFailedError) else f"{implementation.plugin_name} failed in {hook}: "
            warnings.warn(f"{who}{error}; it is left out", RuntimeWarning, stacklevel=2)
            continue
        if result is not None:
            results.append((implementation.plugin_name, result))
    return results


def gather_files(hook: str, folder: Path, **arguments: Any) -> None:
    """Call a hook whose implementations write files below `folder`; as `gather`, what fails is left out.

    Each writes into a folder of its own first, so that one that fails leaves no half of its files behind.
    """
    for number, implementation in enumerate(_implementations(hook, {**arguments, "folder": folder})):
        apart = folder.with_name(f".{folder.name}-{number}")
        shutil.rmtree(apart, ignore_errors=True)  # of a process that died
        try:
            _answer(implementation, hook, {**arguments, "folder": apart})
        except BuildCancelled:
            raise
        except AtlasError as error:
            who = "" if isinstance(error, PluginFailedError) else f"{implementation.plugin_name} failed in {hook}: "
            warnings.warn(f"{who}{error}; what it writes is left out", RuntimeWarning, stacklevel=2)
        else:
            if apart.exists():
                shutil.copytree(apart, folder, copy_function=os.replace, dirs_exist_ok=True)
        finally:
            shutil.rmtree(apart, ignore_errors=True)


def _implementations(hook: str, arguments: Mapping[str, Any]) -> list[pluggy.HookImpl]:
    """Return who answers a hook, in the order of asking: who came last is asked first, as pluggy has it.

    Who takes an argument that is not there this time is left out.
    """
    found = reversed(getattr(manager().hook, hook).get_hookimpls())
    return [implementation for implementation in found if set(implementation.argnames) <= arguments.keys()]


def _answer(implementation: pluggy.HookImpl, hook: str, arguments: Mapping[str, Any]) -> Any:
    """Ask one implementation by itself: pluggy does not say whose implementation raised."""
    who = implementation.plugin_name
    if implementation.wrapper or implementation.hookwrapper:
        raise PluginFailedError(f"{who} wraps {hook}; hooks of localatlas take no wrappers")
    try:
        return implementation.function(**{name: arguments[name] for name in implementation.argnames})
    except (AtlasError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise PluginFailedError(f"{who} failed in {hook}: {type(error).__name__}: {error}") from error
