"""Which plugin is meant when none is named. Names only: the core imports none of them."""

from __future__ import annotations

from collections.abc import Container

from localatlas.protocols.components import Modality

__all__ = [
    "DUPLICATE_DETECTOR",
    "EXACT_NEIGHBORS_UP_TO",
    "LARGE",
    "TOPIC_LABELER",
    "TOPIC_MODEL",
    "embedder",
    "neighbor_finder",
    "projector",
]

LARGE = 50_000
# There exact search of 512-d vectors costs 5 CPU seconds, search in cells 2; and exact neighbours need no excuse.
EXACT_NEIGHBORS_UP_TO = 20_000

TOPIC_MODEL = "nomic-topic"
TOPIC_LABELER = "phrases"
DUPLICATE_DETECTOR = "nomic-duplicates"

_EMBEDDERS = {"text": "use-multilingual-v3", "image": "efficientnet-lite0"}


def projector(rows: int, installed: Container[str]) -> str:
    """Return the projector for a number of rows, as the SDK documents it: "umap" below 50,000.

    Where "nomic-project" is not installed, "umap" maps large data too: no name was asked for, so none is replaced.
    """
    return "nomic-project" if rows >= LARGE and "nomic-project" in installed else "umap"


def neighbor_finder(rows: int) -> str:
    """Return the neighbour finder for a number of rows: exact search while it is the cheaper one."""
    return "exact" if rows <= EXACT_NEIGHBORS_UP_TO else "cells"


def embedder(modality: Modality) -> str | None:
    """Return the embedder of a modality; None for vectors that the user brings."""
    return _EMBEDDERS.get(modality)
