"""Which plugin is meant when none is named. Names only: the core imports none of them.

A plugin's `localatlas_default` comes first: who runs a company's machines decides what is taken there.
"""

from __future__ import annotations

from collections.abc import Container

from localatlas import hooks
from localatlas.protocols.components import Modality

__all__ = [
    "EXACT_NEIGHBORS_UP_TO",
    "LARGE",
    "duplicate_detector",
    "embedder",
    "neighbor_finder",
    "projector",
    "topic_labeler",
    "topic_model",
]

LARGE = 50_000
# There exact search of 512-d vectors costs 5 CPU seconds, search in cells 2; and exact neighbours need no excuse.
EXACT_NEIGHBORS_UP_TO = 20_000

_EMBEDDERS = {"text": "use-multilingual-v3", "image": "efficientnet-lite0"}


def projector(rows: int, installed: Container[str]) -> str:
    """Return the projector for a number of rows, as the SDK documents it: "umap" below 50,000.

    Where "nomic-project" is not installed, "umap" maps large data too: no name was asked for, so none is replaced.
    """
    by_size = "nomic-project" if rows >= LARGE and "nomic-project" in installed else "umap"
    return _by_policy("projector", rows=rows) or by_size


def neighbor_finder(rows: int) -> str:
    """Return the neighbour finder for a number of rows: exact search while it is the cheaper one."""
    by_size = "exact" if rows <= EXACT_NEIGHBORS_UP_TO else "cells"
    return _by_policy("neighbor finder", rows=rows) or by_size


def embedder(modality: Modality) -> str | None:
    """Return the embedder of a modality; None for vectors that the user brings."""
    return _by_policy("embedder", modality=modality) or _EMBEDDERS.get(modality)


def topic_model() -> str:
    """Return the topic modeler."""
    return _by_policy("topic model") or "nomic-topic"


def topic_labeler() -> str:
    """Return the labeler of topics."""
    return _by_policy("topic labeler") or "phrases"


def duplicate_detector() -> str:
    """Return the duplicate detector."""
    return _by_policy("duplicate detector") or "nomic-duplicates"


def _by_policy(kind: str, *, modality: Modality | None = None, rows: int | None = None) -> str | None:
    """Return the name that a plugin answers. A policy that fails is an error: nobody may go on without it unaware."""
    name: str | None = hooks.call("localatlas_default", kind=kind, modality=modality, rows=rows)
    return name
