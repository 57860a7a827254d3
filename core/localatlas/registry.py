"""Plugins by name: entry points of one group, classes registered in this process, instances as options.

Listing reads metadata only. A class is imported when its name is used, and a plugin that cannot be imported
disturbs nobody but its user.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import inspect
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel

from localatlas.errors import (
    AmbiguousPluginError,
    AtlasTypeError,
    PluginContractError,
    PluginLoadError,
    UnknownPluginError,
    listing,
    suggestion,
)
from localatlas.options import validated
from localatlas.requirements import misfit

__all__ = ["Entry", "Registry", "installed"]

T = TypeVar("T")

# A printed `pip install` line for any name somebody mistypes would invite name squatting, so it is only
# given for plugins that this project publishes.
REVIEWED = {
    "pacmap": "atlas-plugin-pacmap",
    "umap": "atlas-plugin-umap",
    "positions": "atlas-plugin-positions",
    "tsne": "atlas-plugin-tsne",
    "nomic-project": "atlas-plugin-nomic-project",
    "nomic-project-v1": "atlas-plugin-nomic-project",
    "nomic-project-v2": "atlas-plugin-nomic-project",
    "efficientnet-lite0": "atlas-plugin-image",
    "use-multilingual-v3": "atlas-plugin-text",
    "nomic-topic": "atlas-plugin-topics",
    "phrases": "atlas-plugin-topics",
    "nomic-duplicates": "atlas-plugin-duplicates",
    "exact": "atlas-plugin-neighbors",
    "cells": "atlas-plugin-neighbors",
    "nn-descent": "atlas-plugin-neighbors",
    "lance": "atlas-plugin-lance",
    "file": "atlas-plugin-lance",
}


# Finding a class's source parses its whole file. A notebook cell that is run again makes a new class.
_SOURCES: weakref.WeakKeyDictionary[type[Any], bytes] = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class Entry:
    """One way to get a component: what a listing shows.

    Attributes:
        kind: "projector", "embedder", ...
        name: what the option classes say.
        distribution: the package that brings it; "" for a class registered in this process.
        version: that package's version, or a hash of the class's source.
        target: `module:Class`.
    """

    kind: str
    name: str
    distribution: str
    version: str
    target: str

    @property
    def qualified(self) -> str:
        """`distribution:name`, which no other distribution can give."""
        return f"{self.distribution}:{self.name}" if self.distribution else self.name

    def __str__(self) -> str:
        origin = f"{self.distribution} {self.version}" if self.distribution else "registered in this process"
        return f"{self.kind} {self.name!r} ({origin})"


def installed(group: str) -> list[Entry]:
    """Return what installed distributions give in an entry-point group, from their metadata alone."""
    return [entry for entry, _ in _discovered(group)]


@functools.cache
def _discovered(group: str) -> tuple[tuple[Entry, importlib.metadata.EntryPoint], ...]:
    found: dict[tuple[str, str], tuple[Entry, importlib.metadata.EntryPoint]] = {}
    for distribution in importlib.metadata.distributions():
        for point in distribution.entry_points.select(group=group):
            name = (distribution.metadata["Name"] or "").lower().replace("_", "-")
            entry = Entry("", point.name, name, distribution.version, point.value)
            # The same distribution is seen twice when it is both installed and on the path; the first wins.
            found.setdefault((name, point.name), (entry, point))
    return tuple(found[key] for key in sorted(found))


class Registry(Generic[T]):
    """The components of one kind, by name."""

    def __init__(self, kind: str, group: str, methods: tuple[str, ...]) -> None:
        """Make the registry of `kind`; a component class must have `methods`."""
        self.kind = kind
        self.group = group
        self._methods = methods
        self._registered: dict[str, type[T]] = {}

    def __repr__(self) -> str:
        return f"<registry of {self.kind}s: {', '.join(self.names()) or 'none'}>"

    def entries(self) -> list[Entry]:
        """Return all entries, by name and distribution, without importing any of them."""
        own = [self._own_entry(name, component) for name, component in self._registered.items()]
        points = [Entry(self.kind, e.name, e.distribution, e.version, e.target) for e, _ in _discovered(self.group)]
        return sorted(own + points, key=lambda entry: (entry.name, entry.distribution))

    def names(self) -> list[str]:
        """Return the names that can be used, sorted."""
        return sorted({entry.name for entry in self.entries()})

    def register(self, name: str, component: type[T]) -> type[T]:
        """Make a class available under a name in this process; returns it.

        Registering again under the same name replaces the class, so a notebook cell can be run twice.
        """
        self._check_class(component, f"{self.kind} {name!r}")
        self._registered[name] = component
        return component

    def unregister(self, name: str) -> None:
        """Forget a class that was registered in this process."""
        self._registered.pop(name, None)

    def find(self, name: str) -> Entry:
        """Return the one entry that a plain or qualified name means, without importing it.

        Raises:
            UnknownPluginError: nothing has this name.
            AmbiguousPluginError: two distributions have it.
        """
        if name in self._registered:
            return self._own_entry(name, self._registered[name])
        matches = [entry for entry in self.entries() if name in (entry.name, entry.qualified)]
        if not matches:
            raise UnknownPluginError(self._unknown(name))
        if len(matches) > 1:
            ways = " or ".join(repr(entry.qualified) for entry in matches)
            raise AmbiguousPluginError(
                f"two distributions give the {self.kind} {name!r}: {listing(e.distribution for e in matches)}; "
                f"say {ways}, or uninstall one"
            )
        return matches[0]

    def load(self, name: str) -> type[T]:
        """Import and return the class that a name means.

        Raises:
            UnknownPluginError, AmbiguousPluginError: as `find`.
            PluginLoadError: importing it failed.
            PluginContractError: what was imported is no component of this kind.
        """
        entry = self.find(name)
        if not entry.distribution:
            return self._registered[name]
        point = next(
            p for e, p in _discovered(self.group) if (e.name, e.distribution) == (entry.name, entry.distribution)
        )
        if why := misfit(entry.distribution):
            raise PluginLoadError(
                f"{entry} is not for this localatlas: {why}; "
                f"`pip install --upgrade localatlas {entry.distribution}` looks for versions of both that fit"
            )
        try:
            component = point.load()
        except Exception as error:  # a plugin's module may raise anything at all while it is imported
            raise PluginLoadError(
                f"{entry} cannot be imported from {entry.target}: {type(error).__name__}: {error}; "
                f"reinstall or remove {entry.distribution}"
            ) from error
        self._check_class(component, str(entry))
        return cast("type[T]", component)

    def create(self, name: str, options: Mapping[str, Any] | None = None) -> T:
        """Return a component by name, its options validated by its own `Options`."""
        return self.build(self.load(name), name, options)

    def build(self, component: type[T], name: str, options: Mapping[str, Any] | None = None) -> T:
        """Return `component(component.Options(**options))`. Raises InvalidOptionError."""
        model = cast("type[BaseModel]", component.Options)  # type: ignore[attr-defined]  # `_check_class` saw it
        factory = cast("Any", component)
        return cast("T", factory(validated(model, options or {}, f"{self.kind} {name!r}")))

    def describe(self, component: object) -> Entry:
        """Return the entry of a component instance, by its class."""
        cls = type(component)
        target = f"{cls.__module__}:{cls.__qualname__}"
        for entry in self.entries():
            module = entry.target.partition(":")[0]
            same_module = cls.__module__ == module or cls.__module__.startswith(module + ".")
            if entry.target == target or (same_module and entry.target.rpartition(":")[2] == cls.__qualname__):
                return entry
        return self._own_entry(cls.__qualname__, cls)

    def is_component(self, value: object) -> bool:
        """Whether a value is an instance of a component of this kind."""
        return not isinstance(value, type) and all(_has(type(value), method) for method in (*self._methods, "Options"))

    def _own_entry(self, name: str, component: type[Any]) -> Entry:
        target = f"{component.__module__}:{component.__qualname__}"
        return Entry(self.kind, name, "", _source_hash(component), target)

    def _check_class(self, component: object, who: str) -> None:
        if not isinstance(component, type):
            raise AtlasTypeError(f"{who} must be a class, got {component!r}; register the class, not an instance")
        missing = [method for method in self._methods if not _has(component, method)]
        if missing:
            raise PluginContractError(f"{who} is no {self.kind}: {component.__qualname__} lacks {listing(missing)}")
        options = getattr(component, "Options", None)
        if not (isinstance(options, type) and issubclass(options, BaseModel)):
            raise PluginContractError(
                f"{who}: {component.__qualname__}.Options must be a subclass of localatlas.protocols.ComponentOptions"
            )

    def _unknown(self, name: str) -> str:
        names = self.names()
        have = f"installed: {', '.join(names)}" if names else "none is installed"
        package = REVIEWED.get(name)
        way_out = f"; pip install {package}" if package else "; `localatlas plugins list` shows all"
        return f"there is no {self.kind} {name!r}{suggestion(name, names)}; {have}{way_out}"


def _has(component: type[Any], member: str) -> bool:
    # Not hasattr on an instance: that would evaluate properties, which may load a model.
    try:
        inspect.getattr_static(component, member)
    except AttributeError:
        return False
    return True


def _source_hash(component: type[Any]) -> str:
    """Return a hash of a class's source: results of a class without a distribution are kept under it."""
    total = hashlib.sha256()
    for part in component.__mro__:
        if part.__module__ == "builtins":
            continue
        try:
            if part not in _SOURCES:
                _SOURCES[part] = inspect.getsource(part).encode()
            total.update(_SOURCES[part])
        except (OSError, TypeError):
            # Typed at a prompt: what was compiled stands for what was written.
            # An empty `__annotations__` comes to be when somebody first asks for it.
            for name in sorted(set(vars(part)) - {"__annotations__"}):
                total.update(repr((name, _compiled(getattr(vars(part)[name], "__code__", None)))).encode())
    return total.hexdigest()[:12]


def _compiled(code: object) -> object:
    """Return what a code object does, without the addresses that its own repr shows; other values as they are."""
    if not isinstance(code, CodeType):
        return code
    return code.co_code, code.co_names, [_compiled(constant) for constant in code.co_consts]
