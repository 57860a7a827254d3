from __future__ import annotations

from pathlib import Path

import pytest
from localatlas.config import configure, settings
from localatlas.errors import InvalidOptionError


def test_configure_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOCALATLAS_HOME", "/from/environment")
    monkeypatch.setenv("LOCALATLAS_SEED", "7")
    assert settings().home == "/from/environment"
    assert settings().seed == 7
    assert configure(home=tmp_path, seed=8).home == str(tmp_path)
    assert settings().seed == 8


def test_none_goes_back_to_what_was_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALATLAS_SEED", "7")
    configure(seed=8)
    assert configure(seed=None).seed == 7


def test_an_unknown_setting_is_refused_and_nothing_is_set() -> None:
    before = settings()
    with pytest.raises(InvalidOptionError, match="no setting 'hoem'"):
        configure(seed=3, hoem="x")
    assert settings() == before


@pytest.mark.parametrize("value", [-1, "many", 1.5])
def test_a_seed_must_be_a_whole_number(value: object) -> None:
    with pytest.raises(InvalidOptionError, match="seed"):
        configure(seed=value)


def test_a_broken_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("LOCALATLAS_JOBS", "two")
        with pytest.raises(InvalidOptionError, match="LOCALATLAS_JOBS='two'"):
            settings()


@pytest.mark.parametrize(("text", "offline"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_offline(monkeypatch: pytest.MonkeyPatch, text: str, offline: bool) -> None:
    monkeypatch.setenv("LOCALATLAS_OFFLINE", text)
    assert settings().offline is offline


def test_jobs_default_to_the_cores_of_this_process() -> None:
    assert settings().jobs >= 1
    assert configure(n_jobs=3).jobs == 3


def test_the_cache_follows_the_desktop_standard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert settings().cache == tmp_path / "localatlas"
