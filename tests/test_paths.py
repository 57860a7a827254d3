from __future__ import annotations

from pathlib import Path

import pytest
from localatlas.errors import AtlasError
from localatlas.ingest.blobs import to_blobs
from localatlas.paths import expanded
from localatlas.readers import read


def test_a_tilde_is_the_users_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expanded("~/rows.csv") == tmp_path / "rows.csv"
    assert expanded(Path("plain.csv")) == Path("plain.csv")


def test_a_user_who_does_not_exist_is_a_file_that_does_not() -> None:
    assert expanded("~nobody-of-that-name/rows.csv") == Path("~nobody-of-that-name/rows.csv")
    with pytest.raises(AtlasError, match="nobody-of-that-name"):
        read("~nobody-of-that-name/rows.csv")
    with pytest.raises(AtlasError, match="nobody-of-that-name"):
        to_blobs(["~nobody-of-that-name/cat.png"])
