"""Is there anything to find? A guard against naming the accidents of noise."""

from __future__ import annotations

from localatlas.protocols import Context, Index

__all__ = ["has_structure"]


def has_structure(index: Index, context: Context) -> bool:
    return True
