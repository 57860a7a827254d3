"""Each projector check passes a sound projector and catches the one fault it is for."""

from __future__ import annotations

import pytest
from faults import assert_caught, each_of, named_in, names_of
from faulty_projectors import FAULTS
from localatlas.testing import run_checks
from sound_projectors import Bare, Placing, Sound


@pytest.mark.parametrize("sound", [Bare, Placing, Sound])
def test_a_sound_projector_passes_every_check(sound: type[Bare]) -> None:
    assert [result for result in run_checks(sound) if result.outcome != "passed"] == []


@each_of(FAULTS)
def test_a_fault_is_caught_by_its_check(check: str, faulty: type[Bare], alone: bool) -> None:
    assert_caught(check, faulty, alone=alone)


def test_every_check_has_a_fault_that_it_catches() -> None:
    assert named_in(FAULTS) == names_of(Sound, "projector")
