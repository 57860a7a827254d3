from __future__ import annotations

import pytest
from localatlas.errors import InvalidOptionError, listing, suggestion
from localatlas.options import validated
from localatlas.protocols import ComponentOptions
from pydantic import Field


class Sample(ComponentOptions):
    n_neighbors: int = Field(default=15, ge=2, le=200)
    rate: float = Field(default=0.5, gt=0, lt=1)


def test_good_options_pass() -> None:
    assert validated(Sample, {"n_neighbors": 3}, "projector 'x'") == Sample(n_neighbors=3)


def test_an_unknown_option_is_refused_with_a_suggestion() -> None:
    with pytest.raises(
        InvalidOptionError, match=r"unknown option 'n_neighbours', did you mean 'n_neighbors'?"
    ) as error:
        validated(Sample, {"n_neighbours": 3}, "projector 'x'")
    assert "projector 'x'" in str(error.value)
    assert "(it takes: n_neighbors, rate)" in str(error.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_neighbors": 1}, "n_neighbors=1 is out of range, it must be at least 2"),
        ({"n_neighbors": 201}, "at most 200"),
        ({"rate": 0}, "more than 0"),
        ({"rate": 1}, "less than 1"),
        ({"rate": "quick"}, "rate='quick': input should be a valid number"),
    ],
)
def test_a_bad_value_is_named_with_what_is_accepted(options: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidOptionError, match=words):
        validated(Sample, options, "x")


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidOptionError, match=r"n_neighbors=1.*rate=2"):
        validated(Sample, {"n_neighbors": 1, "rate": 2}, "x")


def test_no_far_fetched_suggestion() -> None:
    assert suggestion("trimap", ["umap"]) == ""
    assert suggestion("umpa", ["umap", "tsne"]) == ", did you mean 'umap'?"


def test_a_listing_is_cut() -> None:
    assert listing([1, 2, 3]) == "1, 2, 3"
    assert listing(range(1007)) == "0, 1, 2, 3, 4 and 1,002 more"
