from __future__ import annotations

import pytest
from localatlas.errors import BuildCancelled
from localatlas.pipeline.progress import STAGES, Progress, silent


def test_the_shares_are_the_whole() -> None:
    assert sum(STAGES.values()) == pytest.approx(1.0)


def test_the_whole_only_grows_and_ends_at_one() -> None:
    heard: list[tuple[str, float, float, str]] = []
    progress = Progress(lambda *step: heard.append(step))
    for stage in STAGES:
        report = progress.stage(stage)
        report(0.5, "half")
        progress.finish(stage, "done")
    overall = [step[2] for step in heard]
    assert overall == sorted(overall)
    assert overall[-1] == pytest.approx(1.0)
    assert max(overall) <= 1.0
    assert [step[1] for step in heard] == [0.0, 0.5, 1.0] * len(STAGES)
    assert heard[1][3] == "half"
    assert heard[1][2] == pytest.approx(STAGES["snapshot"] / 2)


def test_cancelling_gets_in_at_a_report_and_names_the_stage() -> None:
    asked = False
    progress = Progress(silent, lambda: asked)
    report = progress.stage("embed")
    report(0.1, "")
    asked = True
    with pytest.raises(BuildCancelled, match="cancelled during embed; the same call goes on from there"):
        report(0.2, "")
    with pytest.raises(BuildCancelled, match="during layout"):
        progress.stage("layout")


def test_a_finished_stage_is_told_even_when_cancelling_was_asked_for() -> None:
    heard: list[float] = []
    progress = Progress(lambda stage, fraction, overall, message: heard.append(fraction), lambda: True)
    progress.finish("snapshot")
    assert heard == [1.0]
