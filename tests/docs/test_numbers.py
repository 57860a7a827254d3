"""Limits that the pages state are those of the code."""

from __future__ import annotations

import pytest
from fences import ROOT, section
from localatlas import defaults

DOCS = ROOT / "docs"
EXACT = f"{defaults.EXACT_NEIGHBORS_UP_TO:,} rows"
LARGE = f"{defaults.LARGE:,} rows"


@pytest.mark.parametrize(
    ("page", "heading", "wanted"),
    [
        ("explanation/decisions.md", f"4. Neighbours are exact up to {EXACT}", f"the limit is {EXACT}"),
        ("explanation/duplicates.md", "What is promised", f"for up to {EXACT}"),
        ("explanation/decisions.md", "5. The layout of large data", f"from {LARGE} on"),
        ("explanation/umap.md", "UMAP", f"fewer than {LARGE}"),
        ("reference/python.md", "How options choose plugins", f"below {LARGE}"),
    ],
)
def test_the_page_states_the_limit(page: str, heading: str, wanted: str) -> None:
    assert wanted in section(DOCS / page, heading)


def test_the_limits_are_what_decides() -> None:
    installed = ["nomic-project", "umap"]
    assert [defaults.projector(rows, installed) for rows in (defaults.LARGE - 1, defaults.LARGE)] == installed[::-1]
    limit = defaults.EXACT_NEIGHBORS_UP_TO
    assert [defaults.neighbor_finder(rows) for rows in (limit, limit + 1)] == ["exact", "cells"]
