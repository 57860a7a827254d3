from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context


@given(st.floats(allow_nan=False), st.text(max_size=5))
def test_progress_stays_between_nothing_and_all(fraction: float, message: str) -> None:
    heard: list[tuple[float, str]] = []
    Context(report=lambda *step: heard.append(step)).progress(fraction, message)
    assert heard == [(min(max(fraction, 0.0), 1.0), message)]


def test_a_context_of_its_own_is_silent() -> None:
    Context().progress(0.5, "nobody hears")


def test_cancelling_goes_through_progress() -> None:
    def stop(*_: Any) -> None:
        raise BuildCancelled("enough")

    with pytest.raises(BuildCancelled):
        Context(report=stop).progress(0.1)


def test_random_choices_follow_from_the_seed() -> None:
    one, again, other = (Context(seed=seed).random().integers(2**60) for seed in (1, 1, 2))
    assert one == again != other
    # Each call begins anew: the order in which a component asks changes nothing.
    context = Context(seed=1)
    assert np.array_equal(context.random().normal(size=3), context.random().normal(size=3))


def test_a_changed_copy_leaves_the_original() -> None:
    context = Context(seed=1, n_jobs=2)
    assert (context.with_(seed=5).seed, context.with_(seed=5).n_jobs, context.seed) == (5, 2, 1)
