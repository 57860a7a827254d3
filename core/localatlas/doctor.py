"""What is wrong with the plugins of an environment."""

from __future__ import annotations

import importlib.metadata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from localatlas import hooks, registries
from localatlas.errors import PluginError, listing
from localatlas.registry import Entry, installed
from localatlas.requirements import misfit, unmet

__all__ = ["Finding", "examined"]


@dataclass(frozen=True)
class Finding:
    """Something wrong.

    Attributes:
        about: "clash", "import", "version", "hooks" or "nomic".
        who: the plugin or distribution at fault.
        problem: one sentence.
        remedy: what to do next.
    """

    about: str
    who: str
    problem: str
    remedy: str


def examined() -> list[Finding]:
    """Import every plugin and compare what each declares with what is installed; return all that is wrong."""
    return [*_clashes(), *_versions(), *_imports(), *_hooks(), *_nomic_pair()]


def _entries() -> list[Entry]:
    return [entry for registry in registries.ALL for entry in registry.entries() if entry.distribution]


def _distributions() -> list[str]:
    return sorted({entry.distribution for entry in (*_entries(), *installed(hooks.GROUP))})


def _clashes() -> Iterator[Finding]:
    same: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in _entries():
        same[entry.kind, entry.name].append(entry)
    for (kind, name), entries in same.items():
        if len(entries) > 1:
            given = " and ".join(f"{entry.distribution} {entry.version}" for entry in entries)
            ways = " or ".join(repr(entry.qualified) for entry in entries)
            yield Finding("clash", f"{kind} {name!r}", f"{given} give it", f"say {ways}, or uninstall one")


def _versions() -> Iterator[Finding]:
    for name in _distributions():
        if problems := unmet(name):
            who = f"{name} {importlib.metadata.version(name)}"
            yield Finding("version", who, "; ".join(problems), f"pip install --upgrade localatlas {name}")


def _imports() -> Iterator[Finding]:
    for registry in registries.ALL:
        for entry in registry.entries():
            # Of a plugin for another version, `_versions` tells; importing it would say the same again.
            if not entry.distribution or misfit(entry.distribution):
                continue
            try:
                registry.load(entry.qualified)
            except PluginError as error:
                cause = error.__cause__
                said = f"{entry.target}: {type(cause).__name__}: {cause}" if cause else str(error)
                yield Finding("import", str(entry), said, f"reinstall or remove {entry.distribution}")
    for name, problem in hooks.broken().items():
        yield Finding("import", f"hooks {name!r}", problem, f"reinstall or remove {name.partition(':')[0]}")


def _hooks() -> Iterator[Finding]:
    """Hooks that do not exist: pluggy takes them in silence, and they are never called."""
    from localatlas.testing import check_hooks

    for name, module in hooks.manager().list_name_plugin():
        # What this process registered has no distribution to mend.
        if module is None or ":" not in name:
            continue
        try:
            check_hooks(module)
        except AssertionError as error:
            problem = str(error).removesuffix(".")
            yield Finding("hooks", f"hooks {name!r}", problem, f"upgrade or remove {name.partition(':')[0]}")


def _nomic_pair() -> Iterator[Finding]:
    """Two distributions own the module `nomic`: which one is imported depends on what was installed last."""
    pair = [name for name in ("nomic", "localatlas-nomic") if _is_installed(name)]
    if len(pair) > 1:
        yield Finding(
            "nomic",
            listing(pair),
            "both give the module `nomic`, and the one that was installed last wins",
            "pip uninstall nomic localatlas-nomic, then install the one that you want",
        )


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
