from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from localatlas.pipeline.resident import mapped_bytes, release
from numpy.lib.format import open_memmap


def test_what_was_written_is_there_after_it_was_released(tmp_path: Path) -> None:
    written = open_memmap(tmp_path / "a.npy", mode="w+", dtype=np.float32, shape=(5_000, 4))
    written[:] = np.arange(20_000).reshape(5_000, 4)
    release(written[10:20])
    assert written[4_999].tolist() == [19_996, 19_997, 19_998, 19_999]
    read = np.load(tmp_path / "a.npy", mmap_mode="r")
    release(read, read.T)
    assert (read == written).all()


def test_private_copies_and_arrays_in_memory_are_left_alone(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(3_000))
    private = np.load(tmp_path / "a.npy", mmap_mode="c")
    private[:] = 7.0
    plain = np.ones(3)
    release(private, private[5:], plain)
    assert (private == 7.0).all()
    assert (plain == 1.0).all()


def test_pages_are_given_back(tmp_path: Path) -> None:
    status = Path("/proc/self/smaps")
    if not status.exists():
        pytest.skip("needs /proc")
    np.save(tmp_path / "much.npy", np.ones(2_000_000))
    read = np.load(tmp_path / "much.npy", mmap_mode="r")
    before = mapped_bytes()
    read.sum()
    assert resident(tmp_path / "much.npy") > 10_000
    assert mapped_bytes() - before > 10_000_000
    release(read)
    assert resident(tmp_path / "much.npy") < 1_000


def resident(path: Path) -> int:
    """Return how much of a file is mapped and in memory, in kB."""
    parts = Path("/proc/self/smaps").read_text().split(str(path))[1:]
    return sum(int(part.split("Rss:")[1].split()[0]) for part in parts)
