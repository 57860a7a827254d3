"""The optimisation, openTSNE's, with progress that can cancel it.

Source: Policar, Strazar, Zupan, "openTSNE" (2024); Linderman et al., "FIt-SNE" (2019), for the far field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from localatlas.protocols import Context
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from atlas_plugin_tsne.options import TSNEOptions

__all__ = ["descend", "place"]

REPORT_EVERY = 10
# From this many rows interpolation on a grid is faster than a tree; openTSNE's own rule.
GRID_FROM = 10_000
# New rows are only put in order among rows that stay: openTSNE's defaults for this.
PLACING = {"learning_rate": 0.1, "exaggeration": 1.5, "momentum": 0.8, "max_grad_norm": 0.25}
PLACING_STEPS = 250


def descend(
    start: NDArray[np.float64], hold: csr_matrix, options: TSNEOptions, context: Context
) -> NDArray[np.float32]:
    """Return where points that start at `start` float64 [N, 2] come to rest, float32 [N, 2]."""
    steps = options.early_exaggeration_iter + options.n_epochs
    embedding = _embedding(start, hold, options, context)
    early = _reporter(context, 0, steps)
    embedding.optimize(
        options.early_exaggeration_iter, exaggeration=options.early_exaggeration, momentum=0.5, inplace=True,
        callbacks=early, learning_rate=_rate(options),
    )  # fmt: skip
    late = _reporter(context, options.early_exaggeration_iter, steps)
    embedding.optimize(
        options.n_epochs, exaggeration=options.exaggeration, momentum=0.8, inplace=True, callbacks=late,
        learning_rate=_rate(options),
    )  # fmt: skip
    return np.ascontiguousarray(embedding, dtype=np.float32)


def place(
    start: NDArray[np.float64],
    fixed: NDArray[np.float32],
    hold: csr_matrix,
    options: TSNEOptions,
    context: Context,
) -> NDArray[np.float32]:
    """Return where new rows come to lie among rows that stay at `fixed` float32 [N, 2]; they do not see each other."""
    from openTSNE.tsne import PartialTSNEEmbedding

    reference = _embedding(fixed.astype(np.float64), None, options, context)
    partial = PartialTSNEEmbedding(start, reference, P=hold, **reference.gradient_descent_params)
    partial.optimize(PLACING_STEPS, inplace=True, callbacks=_reporter(context, 0, PLACING_STEPS), **PLACING)
    return np.ascontiguousarray(partial, dtype=np.float32)


def _embedding(start: NDArray[np.float64], hold: csr_matrix | None, options: TSNEOptions, context: Context) -> Any:
    from openTSNE.affinity import Affinities
    from openTSNE.tsne import TSNEEmbedding

    held = Affinities()
    # Points that stay need none, but openTSNE counts its rows.
    held.P = csr_matrix((len(start), len(start))) if hold is None else hold
    return TSNEEmbedding(
        start.copy(),
        held,
        dof=options.dof,
        negative_gradient_method="fft" if len(start) >= GRID_FROM else "bh",
        random_state=context.seed & 0xFFFFFFFF,
        n_jobs=max(context.n_jobs, 1),
        callbacks_every_iters=REPORT_EVERY,
    )


def _rate(options: TSNEOptions) -> float | str:
    return options.learning_rate or "auto"


def _reporter(context: Context, done: int, steps: int) -> list[Callable[[int, float, Any], bool]]:
    """Return openTSNE's callbacks: one, that reports; what the report raises comes through."""

    def report(iteration: int, _error: float, _embedding: Any) -> bool:
        context.progress((done + iteration) / max(steps, 1), f"step {done + iteration:,} of {steps:,}")
        return False

    return [report]
