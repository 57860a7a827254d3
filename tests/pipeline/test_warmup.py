from __future__ import annotations

import logging
import threading

import pytest
from localatlas.errors import BuildCancelled
from localatlas.pipeline import warmup
from localatlas.pipeline.warmup import warming
from localatlas.protocols import ComponentOptions
from localatlas.registry import Entry
from localatlas.resolve import Choice

ENTRY = Entry("projector", "warm", "", "1", "x:X")


class Warm:
    Options = ComponentOptions

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options
        self.began, self.may_end, self.ended = threading.Event(), threading.Event(), False

    def warmup(self) -> None:
        self.began.set()
        assert self.may_end.wait(timeout=60)
        self.ended = True


class Broken(Warm):
    def warmup(self) -> None:
        raise ZeroDivisionError("no compiler")


def choice(component: object) -> Choice[object]:
    return Choice(component, ENTRY, {})


def test_components_warm_up_beside_the_block_and_are_waited_for() -> None:
    warm = Warm(ComponentOptions())
    with warming([None, choice(object()), choice(warm)]):
        assert warm.began.wait(timeout=60)
        assert not warm.ended
        warm.may_end.set()
    assert warm.ended


def test_a_component_that_cannot_warm_up_leaves_the_fault_to_its_stage(caplog: pytest.LogCaptureFixture) -> None:
    warm = Warm(ComponentOptions())
    warm.may_end.set()
    with caplog.at_level(logging.DEBUG), warming([choice(Broken(ComponentOptions())), choice(warm)]):
        pass
    assert warm.ended, "the next one is warmed up all the same"
    assert "projector 'warm' (registered in this process): warmup failed" in caplog.text
    assert "no compiler" in caplog.text


def test_nothing_to_warm_up_starts_no_thread() -> None:
    before = threading.active_count()
    with warming([None, choice(object())]):
        assert threading.active_count() == before


def test_what_the_block_raises_is_not_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warmup, "PATIENCE_SECONDS", 0.0)
    warm = Warm(ComponentOptions())
    with pytest.raises(KeyboardInterrupt), warming([choice(warm)]):
        raise KeyboardInterrupt
    assert not warm.ended
    warm.may_end.set()


def test_the_wait_can_be_given_up() -> None:
    warm, asked = Warm(ComponentOptions()), 0

    def waiting() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            warm.may_end.set()
            raise BuildCancelled("enough")

    with pytest.raises(BuildCancelled), warming([choice(warm)], waiting):
        pass
    assert asked == 3
