"""localatlas, the open Atlas: rows of text, images or vectors become a map, on your own machine.

    from localatlas import AtlasDataset

    dataset = AtlasDataset("reviews")
    dataset.add_data(df)
    atlas_map = dataset.create_index(indexed_field="review")
    atlas_map.topics.df

Names are imported when they are used: `import localatlas` itself costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localatlas import atlas, data_inference, embed, errors, hooks, models, protocols, readers, selections
    from localatlas.account import AtlasUser, login, logout
    from localatlas.config import configure
    from localatlas.data_inference import (
        NomicDuplicatesOptions,
        NomicEmbedOptions,
        NomicTopicOptions,
        ProjectionOptions,
    )
    from localatlas.dataset import AtlasDataset
    from localatlas.readers import read
    from localatlas.registries import (
        duplicate_detectors,
        embedders,
        executors,
        neighbors,
        projectors,
        storage,
        topic_labelers,
        topic_models,
    )

__all__ = [
    "AtlasDataset",
    "AtlasUser",
    "NomicDuplicatesOptions",
    "NomicEmbedOptions",
    "NomicTopicOptions",
    "ProjectionOptions",
    "__version__",
    "atlas",
    "configure",
    "data_inference",
    "duplicate_detectors",
    "embed",
    "embedders",
    "errors",
    "executors",
    "hooks",
    "login",
    "logout",
    "models",
    "neighbors",
    "projectors",
    "protocols",
    "read",
    "readers",
    "selections",
    "storage",
    "topic_labelers",
    "topic_models",
]

_MODULES = {"atlas", "data_inference", "embed", "errors", "hooks", "models", "protocols", "readers", "selections"}
_MEMBERS = {
    "AtlasDataset": "dataset",
    "AtlasUser": "account",
    "configure": "config",
    "login": "account",
    "logout": "account",
    "read": "readers",
    **dict.fromkeys(
        ("NomicDuplicatesOptions", "NomicEmbedOptions", "NomicTopicOptions", "ProjectionOptions"), "data_inference"
    ),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("localatlas")
    if name in _MODULES:
        return importlib.import_module(f"localatlas.{name}")
    if name in __all__:
        return getattr(importlib.import_module(f"localatlas.{_MEMBERS.get(name, 'registries')}"), name)
    raise AttributeError(f"module 'localatlas' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
