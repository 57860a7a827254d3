"""What can be asked of `pacmap`, and what is refused."""

from __future__ import annotations

import inspect

import pytest
from atlas_plugin_pacmap import PaCMAP, PaCMAPOptions
from pydantic import ValidationError


@pytest.mark.parametrize("name", PaCMAPOptions.model_fields)
def test_every_option_is_explained(name: str) -> None:
    source = inspect.getsource(PaCMAPOptions)
    declaration = source[source.index(f"    {name}: ") :].split("\n\n")[0]
    assert '"""' in declaration


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_neighbors", 0), ("MN_ratio", -0.1), ("FP_ratio", 0.0), ("n_epochs", 9), ("init", "spectral"), ("rho", 1)],
)
def test_a_value_out_of_range_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        PaCMAPOptions.model_validate({name: value})


def test_neighbours_follow_the_librarys_rule_unless_given() -> None:
    assert [PaCMAPOptions().neighbors(n) for n in (100, 10_000, 100_000, 1_000_000)] == [10, 10, 25, 40]
    assert PaCMAPOptions(n_neighbors=7).neighbors(1_000_000) == 7


def test_iterations_are_shared_out_as_the_library_does() -> None:
    assert PaCMAPOptions().phases() == (100, 100, 250)
    for count in range(10, 100):
        assert sum(PaCMAPOptions(n_epochs=count).phases()) == count
        assert min(PaCMAPOptions(n_epochs=count).phases()) > 0


def test_a_handful_of_rows_needs_no_neighbours() -> None:
    projector = PaCMAP(PaCMAPOptions())
    assert [projector.neighbors_needed(n) for n in (0, 1, 15, 16, 20, 31, 1000)] == [0, 0, 0, 15, 19, 30, 30]
