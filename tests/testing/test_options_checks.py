"""Each check of options and constructors catches the one fault it is for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest
from faults import assert_caught, each_of, named_in
from localatlas.protocols import ComponentOptions, Context
from localatlas.testing import checks_for, run_checks
from localatlas.testing.options_checks import CHECKS
from pydantic import BaseModel, ConfigDict, field_serializer, model_validator


class Sound:
    class Options(ComponentOptions):
        words: tuple[str, ...] = ("a", "b")

    def __init__(self, options: Any) -> None:
        self.options = options

    def map_batches(self, function: Any, batches: Any, resources: Any) -> Any:
        return map(function, batches)


class NoOptions(Sound):
    Options: ClassVar[Any] = None


class ForeignOptions(Sound):
    class Options(BaseModel):  # type: ignore[assignment]
        model_config = ConfigDict(extra="forbid", frozen=True)
        words: tuple[str, ...] = ()


class WithoutDefault(Sound):
    class Options(ComponentOptions):  # type: ignore[assignment]
        words: int


class FillsInLater(Sound):
    """Has no default that a reader of the options could see."""

    class Options(ComponentOptions):  # type: ignore[assignment]
        words: int

        @model_validator(mode="before")
        @classmethod
        def filled(cls, given: dict[str, Any]) -> dict[str, Any]:
            return {"words": 3, **given}


class TakesAnything(Sound):
    class Options(ComponentOptions):  # type: ignore[assignment]
        model_config = ConfigDict(extra="allow")


class LosesDigits(Sound):
    class Options(ComponentOptions):  # type: ignore[assignment]
        rate: float = 0.123456789

        @field_serializer("rate")
        def rounded(self, rate: float) -> float:
            return round(rate, 3)


class Mutable(Sound):
    class Options(ComponentOptions):  # type: ignore[assignment]
        model_config = ConfigDict(frozen=False)


class Eager(Sound):
    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self.context = Context()


class Copies(Sound):
    def __init__(self, options: Any) -> None:
        super().__init__(options.model_copy())


FAULTS = [
    ("options_are_component_options", ForeignOptions),
    ("options_are_component_options", NoOptions),
    ("options_have_defaults", FillsInLater),
    ("options_have_defaults", WithoutDefault),
    ("options_forbid_unknown_keys", TakesAnything),
    ("options_survive_json", LosesDigits),
    ("options_do_not_change", Mutable),
    ("constructor_only_stores", Eager),
    ("constructor_only_stores", Copies),
]


def test_a_sound_component_passes_every_check() -> None:
    assert [result for result in run_checks(Sound) if result.outcome != "passed"] == []


@each_of(FAULTS)
def test_a_fault_is_caught_by_its_check(check: str, faulty: type[Sound], alone: bool) -> None:
    assert_caught(check, faulty, alone=alone)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import sys; sys.modules['numba'] = sys", "imports numba"),
        ("raise RuntimeError('broken on import')", "broken on import"),
        ("import a_dependency_that_is_missing", "a_dependency_that_is_missing"),
        ("", ""),
    ],
    ids=["heavy", "broken", "incomplete", "light"],
)
def test_a_heavy_import_is_caught(line: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"stranger_{abs(hash(line)) % 10_000}"
    (tmp_path / f"{module}.py").write_text(line + "\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    stranger = type("Stranger", (Sound,), {"__module__": module})
    found = {result.name: result for result in run_checks(stranger)}["import_is_light"]
    assert found.ok == (not message)
    assert message in found.message


def test_every_check_has_a_fault_that_it_catches() -> None:
    assert {check.name for check in CHECKS} == named_in(FAULTS) | {"import_is_light"}
    assert [check for check in checks_for(Sound) if check.kind == "component"] == list(CHECKS)
