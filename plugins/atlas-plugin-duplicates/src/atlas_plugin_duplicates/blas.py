"""Products on one thread each."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["one_blas_thread"]


def one_blas_thread() -> Any:
    """Return a context in which each product takes one thread: blocks side by side use the cores better."""
    return importlib.import_module("threadpoolctl").threadpool_limits(limits=1, user_api="blas")
