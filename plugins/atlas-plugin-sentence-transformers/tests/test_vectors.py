"""Batches hold every item once, and vectors are means of unit length, whatever comes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from atlas_plugin_sentence_transformers.batches import by_length
from atlas_plugin_sentence_transformers.vectors import layer_normalised, mean_of_parts, normalised
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

parts = st.lists(st.lists(st.integers(1, 9_000), min_size=1, max_size=4), min_size=1, max_size=9)


@given(lengths=st.lists(st.integers(0, 9_000), max_size=40), size=st.integers(1, 9))
def test_batches_hold_every_item_once_longest_first(lengths: list[int], size: int) -> None:
    batches = [rows.tolist() for rows in by_length(lengths, size)]
    rows = [row for batch in batches for row in batch]
    assert sorted(rows) == list(range(len(lengths)))
    assert all(lengths[one] >= lengths[two] for one, two in pairwise(rows))
    assert all(len(batch) == size for batch in batches[:-1])
    assert all(0 < len(batch) <= size for batch in batches)


@given(weights=parts, seed=st.integers(0, 99))
def test_the_mean_of_parts_is_weighted_by_their_lengths(weights: list[list[int]], seed: int) -> None:
    flat = np.random.default_rng(seed).normal(size=(sum(map(len, weights)), 3)).astype(np.float32)
    found, start = mean_of_parts(flat, weights), 0
    assert (found.dtype, found.shape) == (np.float32, (len(weights), 3))
    for row, own in enumerate(weights):
        expected = np.average(flat[start : start + len(own)].astype(np.float64), axis=0, weights=own)
        np.testing.assert_allclose(found[row], expected, atol=1e-5)
        start += len(own)


@given(vectors=arrays(np.float32, (3, 8), elements=st.floats(-100, 100, width=32)))
def test_normalised_vectors_are_of_length_one_or_nothing(vectors: np.ndarray) -> None:
    lengths = np.linalg.norm(normalised(vectors), axis=1)
    tiny = np.linalg.norm(vectors.astype(np.float64), axis=1) < 1e-15
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | tiny)
    assert np.abs(layer_normalised(vectors).mean(axis=1)).max() < 1e-3
