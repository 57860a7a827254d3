from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from localatlas.pipeline.stages import StageStore, content_key, disk_mb, load_array, save_array


def test_a_key_follows_everything_it_is_made_from() -> None:
    key = content_key("layout", {"seed": 1, "options": {"a": 1}})
    assert key == content_key("layout", {"options": {"a": 1}, "seed": 1})
    assert key != content_key("topics", {"seed": 1, "options": {"a": 1}})
    assert key != content_key("layout", {"seed": 2, "options": {"a": 1}})


def test_a_result_is_there_only_when_it_is_finished(tmp_path: Path) -> None:
    stages = StageStore(tmp_path)
    folder = stages.begin("embed", "k")
    (folder / "half").write_text("x")
    assert stages.find("embed", "k") is None
    assert stages.unfinished("embed") == [folder]
    # An interrupted run's work is found again.
    assert (stages.begin("embed", "k") / "half").exists()
    done = stages.finish("embed", "k")
    assert stages.find("embed", "k") == done
    assert stages.finished("embed") == [done]
    assert stages.unfinished("embed") == []
    stages.discard(done)
    assert stages.find("embed", "k") is None


def test_a_result_is_claimed_by_one_process_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    stages = StageStore(tmp_path)
    script = (
        "import sys; from pathlib import Path; from localatlas.pipeline.stages import StageStore\n"
        "with StageStore(Path(sys.argv[1])).claim('embed', 'k'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        other.kill()
        # Would wait for ever if the kernel did not free a dead process's lock.
        with stages.claim("embed", "k"):
            pass


@pytest.mark.parametrize("shape", [(3, 2), (0, 2), (0,)])
def test_arrays_come_back_as_they_were(tmp_path: Path, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    save_array(tmp_path / "a.npy", array)
    loaded = load_array(tmp_path / "a.npy")
    assert np.array_equal(loaded, array)
    assert loaded.dtype == np.float32
    assert not loaded.flags.writeable


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([object()]), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        load_array(tmp_path / "a.npy")


def test_disk_use_counts_every_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "x").write_bytes(b"x" * 1_500_000)
    assert disk_mb(tmp_path) == 1.5
