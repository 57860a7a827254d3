from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from installing import install
from localatlas import AtlasDataset, hooks, hookspecs
from localatlas.errors import BuildCancelled, InvalidOptionError, PluginFailedError
from localatlas.hookspecs import hookimpl
from localatlas.protocols import Context, Map

STAGES = ["snapshot", "embed", "neighbors", "layout", "topics", "duplicates", "pages", "commit"]


GROUP = "localatlas.sample_hooks"


@pytest.fixture
def site(fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on sys.path in which tests install plugins."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("sample_")]:
        del sys.modules[name]


GOOD = """
from localatlas.hookspecs import hookimpl

@hookimpl
def localatlas_commands():
    return ["from " + __name__]
"""


def group(module: str) -> dict[str, dict[str, str]]:
    return {GROUP: {"own": module}}


def test_the_hooks_of_an_installed_plugin_are_called(site: Path) -> None:
    install(site, "atlas-plugin-a", "sample_a", GOOD, group("sample_a"))
    install(site, "atlas-plugin-b", "sample_b", GOOD, group("sample_b"))
    assert sorted(hooks.call("localatlas_commands")) == [["from sample_a"], ["from sample_b"]]


def test_a_plugin_that_cannot_be_imported_is_named_and_disturbs_no_other(site: Path) -> None:
    install(site, "atlas-plugin-a", "sample_a", GOOD, group("sample_a"))
    install(site, "atlas-plugin-b", "sample_b", "raise RuntimeError('no driver')", group("sample_b"))
    with pytest.warns(
        RuntimeWarning, match=r"the hooks of atlas-plugin-b:own 1\.2 are left out: RuntimeError: no driver"
    ) as told:
        assert hooks.call("localatlas_commands") == [["from sample_a"]]
    assert len(told) == 1
    assert hooks.call("localatlas_commands") == [["from sample_a"]], "it is told once"


def test_an_entry_point_that_leads_nowhere_is_named(site: Path) -> None:
    install(site, "atlas-plugin-a", "sample_a", GOOD, group("sample_z"))
    with pytest.warns(RuntimeWarning, match=r"atlas-plugin-a:own.*ModuleNotFoundError.*sample_z"):
        assert hooks.call("localatlas_commands") == []


def test_a_hook_that_takes_what_there_is_not_leaves_its_plugin_out(site: Path) -> None:
    source = GOOD + "\n@hookimpl\ndef localatlas_open(nonsense):\n    return True\n"
    install(site, "atlas-plugin-a", "sample_a", source, group("sample_a"))
    with pytest.warns(RuntimeWarning, match=r"(?s)atlas-plugin-a:own.*left out.*nonsense"):
        assert hooks.call("localatlas_commands") == [], "its other hooks are left out too"


def test_a_failing_hook_is_blamed_by_name(site: Path) -> None:
    source = GOOD.replace("return", "raise ZeroDivisionError('no luck')  #")
    install(site, "atlas-plugin-a", "sample_a", source, group("sample_a"))
    with pytest.raises(PluginFailedError, match=r"atlas-plugin-a:own failed in localatlas_commands: Zero.*: no luck"):
        hooks.call("localatlas_commands")


class Recorder:
    """Takes of each hook's arguments what it wants."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    @hookimpl
    def localatlas_before_index(self, name: str) -> None:
        self.heard.append(("before index", name))

    @hookimpl
    def localatlas_before_stage(self, stage: str) -> None:
        self.heard.append(("before", stage))

    @hookimpl
    def localatlas_after_stage(self, stage: str, seconds: float) -> None:
        assert seconds >= 0
        self.heard.append(("after", stage))

    @hookimpl
    def localatlas_pages(self, folder: Path, context: Context) -> None:
        assert context.cache.is_dir()
        (folder / "recorder").mkdir(parents=True)
        (folder / "recorder" / "page").write_text("hello")

    @hookimpl
    def localatlas_after_index(self, dataset: AtlasDataset, map: Map) -> None:  # noqa: A002  the hook's own name
        self.heard.append(("after index", (dataset.identifier, map.id)))


def test_a_build_tells_of_every_step(fresh: None, dataset: AtlasDataset) -> None:
    recorder = Recorder()
    hooks.register(recorder)
    made = dataset.create_index(name="told", indexed_field="text", progress=False)
    steps = [(moment, stage) for stage in STAGES for moment in ("before", "after")]
    assert recorder.heard == [("before index", "told"), *steps, ("after index", ("local/sample", made.id))]


def test_stages_that_are_kept_from_before_are_not_told_of(fresh: None, dataset: AtlasDataset) -> None:
    dataset.create_index(indexed_field="text", progress=False)
    recorder = Recorder()
    hooks.register(recorder)
    dataset.create_index(indexed_field="text", progress=False)
    assert [stage for moment, stage in recorder.heard if moment == "before"] == ["pages", "commit"]


def test_pages_that_a_hook_writes_are_found_with_the_map(fresh: None, dataset: AtlasDataset) -> None:
    hooks.register(Recorder())
    made = dataset.create_index(indexed_field="text", progress=False)
    assert made.record[1].pages == ["recorder/page"]
    assert made.stored.page("recorder/page").read_text() == "hello"
    with pytest.raises(KeyError):
        made.stored.page("recorder/other")


def test_what_is_unregistered_is_not_called(fresh: None, dataset: AtlasDataset) -> None:
    recorder = Recorder()
    assert hooks.register(recorder) is recorder
    hooks.unregister(recorder)
    dataset.create_index(indexed_field="text", progress=False)
    assert recorder.heard == []


class Answer:
    def __init__(self, answer: bool | None) -> None:
        self.answer = answer
        self.asked = 0

    @hookimpl
    def localatlas_open(self) -> bool | None:
        self.asked += 1
        return self.answer


def test_the_first_answer_ends_the_asking(fresh: None) -> None:
    late, early, silent = Answer(answer=True), Answer(answer=True), Answer(answer=None)
    for each in (late, early, silent):
        hooks.register(each)
    assert hooks.call("localatlas_open", map=None, host="", port=0, browser=False) is True
    assert (silent.asked, early.asked, late.asked) == (1, 1, 0)


def test_no_answer_is_none(fresh: None) -> None:
    hooks.register(Answer(answer=None))
    assert hooks.call("localatlas_open", map=None, host="", port=0, browser=False) is None
    assert hooks.call("localatlas_commands") == []


class Refusing:
    @hookimpl
    def localatlas_before_index(self, name: str) -> None:
        raise InvalidOptionError(f"the house names no index {name!r}")


def test_a_hook_may_refuse_a_build(fresh: None, dataset: AtlasDataset) -> None:
    hooks.register(Refusing())
    with pytest.raises(InvalidOptionError, match="the house names no index 'Sample'"):
        dataset.create_index(indexed_field="text", progress=False)
    assert dataset.maps == []


class Stopping:
    @hookimpl
    def localatlas_before_stage(self, stage: str) -> None:
        if stage == "layout":
            raise KeyboardInterrupt


def test_an_interrupt_goes_through_a_hook(fresh: None, dataset: AtlasDataset) -> None:
    stopping = hooks.register(Stopping())
    with pytest.raises(KeyboardInterrupt):
        dataset.create_index(indexed_field="text", progress=False)
    hooks.unregister(stopping)
    assert dataset.create_index(indexed_field="text", progress=False).status == "done"


class FailingAfter:
    @hookimpl
    def localatlas_after_stage(self, stage: str) -> None:
        if stage == "embed":
            raise OSError("disk full")


def test_a_hook_that_fails_after_a_stage_loses_nothing_of_it(fresh: None, dataset: AtlasDataset) -> None:
    hooks.register(FailingAfter(), name="watcher")
    with pytest.warns(RuntimeWarning, match="watcher failed in localatlas_after_stage: OSError: disk full; it is left"):
        made = dataset.create_index(indexed_field="text", progress=False)
    assert [stage.stage for stage in made.stages] == STAGES[:-1]
    assert made.status == "done"


class Adding:
    @hookimpl
    def localatlas_panels(self, map: Map) -> list[hookspecs.Panel]:  # noqa: A002
        return [hookspecs.Panel("notes", "Notes", "export default (element) => element.append('hello')")]


class FailingPanels:
    @hookimpl
    def localatlas_panels(self) -> list[hookspecs.Panel]:
        raise InvalidOptionError("no notes today")


def test_what_adds_and_fails_is_left_out_by_name_and_the_rest_is_there(fresh: None) -> None:
    hooks.register(Adding())
    hooks.register(FailingPanels(), name="broken")
    with pytest.warns(RuntimeWarning, match="broken failed in localatlas_panels: no notes today; it is left out"):
        [[panel]] = hooks.gather("localatlas_panels", map=None)
    assert panel.title == "Notes"


class Cancelling:
    @hookimpl
    def localatlas_after_stage(self) -> None:
        raise BuildCancelled("enough")


def test_a_hook_that_watches_may_cancel_a_build(fresh: None, dataset: AtlasDataset) -> None:
    hooks.register(Cancelling())
    with pytest.raises(BuildCancelled, match="enough"):
        dataset.create_index(indexed_field="text", progress=False)


def test_every_hook_is_documented() -> None:
    for name in hookspecs.__all__:
        if name.startswith("localatlas_"):
            assert getattr(hookspecs, name).__doc__, name


@pytest.mark.parametrize("name", [name for name in hookspecs.__all__ if name.startswith("localatlas_")])
def test_every_hook_can_be_called(fresh: None, name: str) -> None:
    assert hooks.call(name) in (None, [])


class Wrapping:
    @hookimpl(wrapper=True)
    def localatlas_commands(self) -> Iterator[Any]:
        return (yield)


def test_a_wrapper_is_refused_by_name(fresh: None) -> None:
    hooks.register(Wrapping(), name="wrapper")
    with pytest.raises(PluginFailedError, match=r"wrapper wraps localatlas_commands; .*take no wrappers"):
        hooks.call("localatlas_commands")


class HalfDone:
    @hookimpl
    def localatlas_pages(self, folder: Path) -> None:
        (folder / "half").mkdir(parents=True)
        (folder / "half" / "page").write_text("the first of")
        raise ZeroDivisionError("no more paper")


def test_a_viewer_that_fails_costs_its_pages_and_not_the_map(fresh: None, dataset: AtlasDataset) -> None:
    hooks.register(Recorder())
    hooks.register(HalfDone(), "half-done")
    with pytest.warns(RuntimeWarning, match="half-done failed in localatlas_pages: .*no more paper; what it writes is"):
        made = dataset.create_index(indexed_field="text", progress=False)
    assert made.status == "done"
    assert made.record[1].pages == ["recorder/page"]
