"""What can be asked of `umap`, and what is refused."""

from __future__ import annotations

import inspect

import pytest
from atlas_plugin_umap import UMAP, UMAPOptions
from pydantic import ValidationError


@pytest.mark.parametrize("name", UMAPOptions.model_fields)
def test_every_option_is_explained(name: str) -> None:
    source = inspect.getsource(UMAPOptions)
    declaration = source[source.index(f"    {name}: ") :].split("\n\n")[0]
    assert declaration.endswith('"""')


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_neighbors", 1),
        ("n_epochs", 0),
        ("min_dist", -0.1),
        ("spread", 0.0),
        ("init", "tsne"),
        ("set_op_mix_ratio", 1.1),
        ("negative_sample_rate", -1),
        ("local_connectivity", -1.0),
        ("learning_rate", 0.0),
        ("rho", 0.5),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        UMAPOptions.model_validate({name: value})


def test_min_dist_above_spread_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"min_dist 2.0 is larger than spread 1.0"):
        UMAPOptions(min_dist=2.0)


def test_epochs_follow_the_librarys_rule_unless_given() -> None:
    assert UMAPOptions().epochs(10_000) == 500
    assert UMAPOptions().epochs(10_001) == 200
    assert UMAPOptions(n_epochs=7).epochs(10_001) == 7


def test_a_neighbourhood_counts_the_row_itself() -> None:
    projector = UMAP(UMAPOptions(n_neighbors=15))
    assert [projector.neighbors_needed(n) for n in (0, 1, 2, 15, 16, 1000)] == [0, 0, 1, 14, 14, 14]
