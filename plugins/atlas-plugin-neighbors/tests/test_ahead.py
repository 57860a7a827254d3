"""Rows that are asked for ahead: it changes nothing that is read, and no table is too small or too narrow."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from atlas_plugin_neighbors.ahead import ask_for
from numpy.typing import NDArray


@numba.njit
def asked_sums(table: NDArray[np.float32], rows: NDArray[np.int32]) -> NDArray[np.float32]:
    sums = np.zeros(len(rows), np.float32)
    for turn in range(len(rows)):
        ask_for(table, rows[turn])
    for turn in range(len(rows)):
        for column in range(table.shape[1]):
            sums[turn] += table[rows[turn], column]
    return sums


@pytest.mark.parametrize("shape", [(1, 1), (3, 15), (3, 16), (3, 17), (40, 192), (5, 4_096)])
def test_rows_asked_for_are_as_they_were(shape: tuple[int, int]) -> None:
    table = np.random.default_rng(0).integers(-9, 9, shape).astype(np.float32)
    before = table.copy()
    rows = np.arange(len(table), dtype=np.int32)[::-1].copy()
    np.testing.assert_array_equal(asked_sums(table, rows), table[rows].sum(axis=1))
    np.testing.assert_array_equal(table, before)


def test_every_other_row_of_a_table_is_asked_for_where_it_lies() -> None:
    table = np.arange(60, dtype=np.float32).reshape(10, 6)
    np.testing.assert_array_equal(asked_sums(table[::2], np.array([4, 0], np.int32)), table[::2][[4, 0]].sum(axis=1))


def test_the_processor_is_told_to_fetch() -> None:
    asked_sums(np.zeros((1, 1), np.float32), np.zeros(1, np.int32))
    assert any("@llvm.prefetch" in code for code in asked_sums.inspect_llvm().values())
