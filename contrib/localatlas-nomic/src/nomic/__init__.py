"""The module name `nomic`, on localatlas: scripts written for the Atlas SDK run on this machine.

Every name is the very object of `localatlas`; nothing is wrapped, so nothing behaves differently. This package is not
made by Nomic, and it refuses to work beside the distribution that is.
"""

import importlib
from typing import Any

from localatlas import (
    AtlasDataset,
    AtlasUser,
    NomicDuplicatesOptions,
    NomicEmbedOptions,
    NomicTopicOptions,
    ProjectionOptions,
    login,
    logout,
)

from nomic.beside import refuse_another
from nomic.left_out import explain

__all__ = [
    "AtlasDataset",
    "AtlasUser",
    "NomicDuplicatesOptions",
    "NomicEmbedOptions",
    "NomicTopicOptions",
    "ProjectionOptions",
    "login",
    "logout",
]

_MODULES = {"atlas", "cli", "data_inference", "data_operations", "dataset", "embed"}

refuse_another()


def __getattr__(name: str) -> Any:
    # `import nomic` alone is enough for `nomic.atlas`.
    if name in _MODULES:
        return importlib.import_module(f"nomic.{name}")
    return explain(f"nomic.{name}")
