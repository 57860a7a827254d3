"""The kit finds the kind, selects the checks, and reports what came of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from localatlas.errors import InvalidOptionError
from localatlas.protocols import ComponentOptions
from localatlas.testing import checks_for, conformance, kind_of, require, run_checks
from localatlas.testing.kit import METHODS_OF_KIND, Maker

pytest_plugins = ["pytester"]


class Options(ComponentOptions):
    number: int = 1


def component(*methods: str, **members: Any) -> type[Any]:
    def construct(self: Any, options: Any) -> None:
        self.options = options

    nothing = {name: (lambda self, *args, **kwargs: None) for name in methods}
    return type("Made", (), {"Options": Options, "__init__": construct, **nothing, **members})


@pytest.mark.parametrize("kind", METHODS_OF_KIND)
def test_the_kind_is_known_by_the_methods(kind: str) -> None:
    assert kind_of(component(*METHODS_OF_KIND[kind])) == kind


def test_properties_are_not_evaluated_to_find_the_kind() -> None:
    def explode(self: Any) -> None:
        raise RuntimeError("evaluated")

    assert kind_of(component("embed", dim=property(explode), project=property(explode))) == "embedder"


def test_what_is_no_component_is_refused() -> None:
    with pytest.raises(InvalidOptionError, match=r"methods of no kind.*projector: project, neighbors_needed"):
        kind_of(dict)


def test_optional_powers_bring_their_checks() -> None:
    plain = {check.name for check in checks_for(component("project", "neighbors_needed"))}
    able = {check.name for check in checks_for(component("project", "neighbors_needed", "transform"))}
    assert able - plain == {
        "transform_places_rows_where_they_were",
        "transform_of_one_row",
        "transform_after_rows_went",
    }


def test_names_are_unique() -> None:
    for methods in METHODS_OF_KIND.values():
        names = [check.name for check in checks_for(component(*methods, "transform", "search"))]
        assert len(names) == len(set(names))


def test_results_say_what_was_expected() -> None:
    broken = component("map_batches", Options=type("Options", (ComponentOptions,), {"__module__": __name__}))
    expected = {"options_have_defaults": "it has none", "constructor_only_stores": "it stores twice"}

    def store(self: Any, options: Any) -> None:
        self.options = self.twice = options

    broken.__init__ = store  # type: ignore[misc]
    results = {result.name: result for result in run_checks(broken, expected_failures=expected)}
    assert results["options_have_defaults"].outcome == "passed unexpectedly"
    assert not results["options_have_defaults"].ok
    assert results["constructor_only_stores"].outcome == "failed as expected"
    assert results["constructor_only_stores"].message == "it stores twice"
    again = {result.name: result for result in run_checks(broken, skip={"options_have_defaults": "known"})}
    assert "options_have_defaults" not in again
    assert again["constructor_only_stores"].outcome == "failed"
    assert "also set twice" in again["constructor_only_stores"].message


def test_an_unknown_check_is_refused_with_a_suggestion() -> None:
    with pytest.raises(InvalidOptionError, match="did you mean 'constructor_only_stores'"):
        run_checks(component("map_batches"), expected_failures={"constructor_only_store": "?"})


def test_options_reach_the_component(tmp_path: Path) -> None:
    make = Maker(component("embed"), {"number": 3}, tmp_path)
    assert make().options.number == 3
    assert make(number=4).options.number == 4


def test_addresses_are_new_and_of_the_components_own_kind(tmp_path: Path) -> None:
    make = Maker(component("embed"), {}, tmp_path)
    first, second = make.new_address(), make.new_address()
    assert first != second
    assert Path(first).parent == tmp_path
    example = staticmethod(lambda folder: f"mem://{folder.name}")
    assert Maker(component("embed", example_address=example), {}, tmp_path).new_address() == "mem://home-1"


def test_require_works_where_assert_does_not() -> None:
    code = "from localatlas.testing import require; require(False, 'seen')"
    done = subprocess.run([sys.executable, "-O", "-c", code], capture_output=True, text=True, check=False)
    assert "AssertionError: seen" in done.stderr
    require(condition=True, message="not seen")


def test_the_kit_does_not_import_pytest() -> None:
    code = "import sys, localatlas.testing, localatlas.testing.projector_checks; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_third_partys_test_file_is_six_lines(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        their_plugin="""
        from localatlas.protocols import ComponentOptions
        class Inline:
            class Options(ComponentOptions):
                pass
            def __init__(self, options):
                self.options = options
                self.more = 1
            def map_batches(self, function, batches, resources):
                return map(function, batches)
        """,
        test_conformance="""
        from localatlas.testing import conformance
        from their_plugin import Inline

        test_conformance = conformance(Inline, expected_failures={"constructor_only_stores": "keeps a count"})
        test_without = conformance(Inline)
        """,
    )
    pytester.syspathinsert()
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=26, xfailed=1, failed=1)
    result.stdout.fnmatch_lines(["*must store nothing but `options`, but it also set more*"])


def test_conformance_names_its_tests_after_the_checks() -> None:
    test = conformance(component("map_batches"))
    (mark,) = test.pytestmark  # type: ignore[attr-defined]
    assert [parameter.id for parameter in mark.args[1]][-1] == "workers_have_one_thread"
