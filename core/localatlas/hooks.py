"""The plugins' hooks, loaded one by one so that a broken plugin stops no other."""

from __future__ import annotations

import functools
import importlib.metadata
import warnings
from typing import Any

import pluggy

from localatlas import hookspecs
from localatlas.errors import AtlasError, PluginFailedError

__all__ = ["call", "manager", "register", "unregister"]

GROUP = "localatlas.hooks"


@functools.cache
def manager() -> pluggy.PluginManager:
    """Return the plugin manager of this process, with the hooks of every installed plugin."""
    plugins = pluggy.PluginManager(hookspecs.PROJECT)
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
                if plugins.has_plugin(name):
                    plugins.unregister(name=name)  # pluggy keeps the hooks before the one that it refuses
                warnings.warn(
                    f"the hooks of {name} {distribution.version} are left out: {type(error).__name__}: {error}",
                    RuntimeWarning,
                    stacklevel=2,
                )
    return plugins


def register(module: object, name: str | None = None) -> object:
    """Add hook implementations for this process: a module or any object with `@hookimpl` functions."""
    manager().register(module, name=name)
    return module


def unregister(module: object) -> None:
    """Remove what `register` added."""
    manager().unregister(module)


def call(hook: str, **arguments: Any) -> Any:
    """Call a hook by name.

    Raises:
        PluginFailedError: an implementation raised; the message names its plugin.
    """
    plugins = manager()
    caller = getattr(plugins.hook, hook)
    results = []
    first = bool(caller.spec and caller.spec.opts.get("firstresult"))
    # One implementation at a time: pluggy does not say whose implementation raised.
    for implementation in reversed(caller.get_hookimpls()):
        if implementation.wrapper or implementation.hookwrapper:
            raise PluginFailedError(f"{implementation.plugin_name} wraps {hook}; hooks of localatlas take no wrappers")
        try:
            result = implementation.function(**{name: arguments[name] for name in implementation.argnames})
        except (AtlasError, KeyboardInterrupt):
            raise
        except Exception as error:
            raise PluginFailedError(
                f"{implementation.plugin_name} failed in {hook}: {type(error).__name__}: {error}"
            ) from error
        if result is None:
            continue
        if first:
            return result
        results.append(result)
    return None if first else results
