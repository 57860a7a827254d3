"""What is not set per call: the home, the seed, where batches run.

`localatlas.configure(...)` wins over the environment, which wins over the defaults.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from localatlas.data_inference import StorageOptions
from localatlas.errors import InvalidOptionError

__all__ = ["Settings", "configure", "settings"]

DEFAULT_SEED = 42


@dataclass(frozen=True)
class Settings:
    """The settings in force.

    Attributes:
        home: where datasets are kept: a folder or `scheme://…` (LOCALATLAS_HOME).
        storage: the storage backend, if the home's scheme is not to choose it (LOCALATLAS_STORAGE).
        neighbors: the neighbour finder; None chooses by size (LOCALATLAS_NEIGHBORS).
        executor: where batches run (LOCALATLAS_EXECUTOR).
        seed: the seed of builds that name none (LOCALATLAS_SEED).
        n_jobs: how many cores a build may use; None means all that this process may use (LOCALATLAS_JOBS).
        offline: forbids every use of a network (LOCALATLAS_OFFLINE).
        cache: where components keep what outlives a build, such as compiled code (LOCALATLAS_CACHE).
    """

    home: str
    storage: str | StorageOptions | None = None
    neighbors: str | None = None
    executor: str = "processes"
    seed: int = DEFAULT_SEED
    n_jobs: int | None = None
    offline: bool = False
    cache: Path = Path()

    @property
    def jobs(self) -> int:
        """How many cores a build may use."""
        if self.n_jobs:
            return self.n_jobs
        # Only Linux says which cores this process may use.
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def environment(self) -> dict[str, str]:
        """Return the variables that give another process these settings, but for where the home is."""
        return {
            "LOCALATLAS_NEIGHBORS": self.neighbors or "",
            "LOCALATLAS_EXECUTOR": self.executor,
            "LOCALATLAS_SEED": str(self.seed),
            "LOCALATLAS_JOBS": str(self.n_jobs or ""),
            "LOCALATLAS_OFFLINE": "1" if self.offline else "",
            "LOCALATLAS_CACHE": str(self.cache.absolute()),
        }


_overrides: dict[str, Any] = {}


def settings() -> Settings:
    """Return the settings in force, read anew from the environment."""
    read = Settings(
        home=os.environ.get("LOCALATLAS_HOME") or str(Path.home() / ".localatlas"),
        storage=os.environ.get("LOCALATLAS_STORAGE") or None,
        neighbors=os.environ.get("LOCALATLAS_NEIGHBORS") or None,
        executor=os.environ.get("LOCALATLAS_EXECUTOR") or "processes",
        seed=_whole("LOCALATLAS_SEED", DEFAULT_SEED),
        n_jobs=_whole("LOCALATLAS_JOBS", 0) or None,
        offline=os.environ.get("LOCALATLAS_OFFLINE", "").lower() in {"1", "true", "yes", "on"},
        cache=Path(os.environ.get("LOCALATLAS_CACHE") or _user_cache()),
    )
    return replace(read, **_overrides)


def configure(**changes: Any) -> Settings:
    """Set `home=, storage=, neighbors=, executor=, seed=, n_jobs=, offline=, cache=` for this process.

    A value of None goes back to the environment's or the default. Returns the settings in force.

    Raises:
        InvalidOptionError: a setting is unknown or not acceptable.
    """
    known = [field.name for field in fields(Settings)]
    for name, value in changes.items():
        if name not in known:
            raise InvalidOptionError(f"there is no setting {name!r}; configure takes {', '.join(known)}")
        if name in {"seed", "n_jobs"} and value is not None and (not isinstance(value, int) or value < 0):
            raise InvalidOptionError(f"{name}={value!r}: it must be a whole number, 0 or more")
    for name, value in changes.items():
        if value is None:
            _overrides.pop(name, None)
        else:
            _overrides[name] = {"home": str, "cache": Path}.get(name, lambda given: given)(value)
    return settings()


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "localatlas"


def _whole(variable: str, default: int) -> int:
    text = os.environ.get(variable)
    if not text:
        return default
    if not text.isdecimal():
        raise InvalidOptionError(f"{variable}={text!r}: it must be a whole number, 0 or more")
    return int(text)
