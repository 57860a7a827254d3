from __future__ import annotations

import time

import pytest
from localatlas.pipeline.measure import Meter


def test_a_block_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, cpu = iter([10.0, 12.5]), iter([1.0, 1.75])
    monkeypatch.setattr(time, "perf_counter", lambda: next(wall))
    monkeypatch.setattr(time, "process_time", lambda: next(cpu))
    with Meter() as meter:
        meter.add_cpu(3.0)
        meter.add_cpu(0.5)
    assert (meter.seconds, meter.cpu_seconds) == (2.5, 4.25)


def test_memory_is_in_millions_of_bytes() -> None:
    with Meter() as meter:
        pass
    # An interpreter with numpy takes tens of MB, and no test process takes a hundred thousand.
    assert 10 < meter.peak_mb < 100_000


def test_a_block_that_fails_is_measured_too() -> None:
    meter = Meter()
    with pytest.raises(ZeroDivisionError), meter:
        raise ZeroDivisionError
    assert meter.peak_mb > 0
