"""Images are taken in every form that users have them in; what cannot be taken is named by row, item and fault."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas import images
from localatlas.errors import AtlasTypeError, InvalidDataError
from localatlas.ingest.blobs import to_blobs
from localatlas.testing.example import pictures
from PIL import Image

PNGS = pictures(3)


def pil(data: bytes = PNGS[0]) -> Image.Image:
    return Image.open(io.BytesIO(data))


def pixels(data: bytes | None) -> np.ndarray:
    assert data is not None
    return np.asarray(images.decode(data))


def test_bytes_are_kept_as_they_came() -> None:
    assert to_blobs([PNGS[0], bytearray(PNGS[1]), memoryview(PNGS[2])]) == PNGS


def test_files_are_read_by_path_string_and_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a picture ä.png"
    file.write_bytes(PNGS[0])
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    forms = [file, str(file), file.as_uri(), f"file://localhost{file.as_uri()[7:]}", f"~/{file.name}", file.name]
    assert to_blobs(forms) == [PNGS[0]] * len(forms)


def test_data_urls_are_decoded() -> None:
    text = base64.b64encode(PNGS[0]).decode()
    quoted = "".join(f"%{byte:02x}" for byte in PNGS[0])
    forms = [f"data:image/png;base64,{text}", f"DATA:;base64,{text[:9]}%20{text[9:]}", f"data:image/png,{quoted}"]
    assert to_blobs(forms) == [PNGS[0]] * 3


def test_pil_images_and_arrays_lose_nothing() -> None:
    rgba = pil().convert("RGBA")
    rgba.putalpha(100)
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8)
    first, second, third = to_blobs([rgba, grey, np.asarray(pil())])
    assert first is not None
    assert second is not None
    assert Image.open(io.BytesIO(first)).tobytes() == rgba.tobytes()
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(second))), grey)
    assert np.array_equal(pixels(third), pixels(PNGS[0]))


def test_rows_without_an_image_stay() -> None:
    missing = [None, "", "  ", float("nan"), np.float64("nan"), pd.NA, pd.NaT]
    assert to_blobs([*missing, PNGS[0]]) == [None] * len(missing) + [PNGS[0]]
    assert to_blobs([]) == []


def test_dicts_of_hugging_face_give_bytes_or_path(tmp_path: Path) -> None:
    file = tmp_path / "b.png"
    file.write_bytes(PNGS[1])
    items = [{"bytes": PNGS[0], "path": "gone.png"}, {"bytes": None, "path": str(file)}, {"path": None, "bytes": None}]
    assert to_blobs(items) == [PNGS[0], PNGS[1], None]


class Column:
    """Behaves as a column of Hugging Face datasets: a sequence that makes its items when they are asked for."""

    def __len__(self) -> int:
        return len(PNGS)

    def __getitem__(self, row: int) -> Image.Image:
        if row >= len(PNGS):
            raise IndexError(row)
        return pil(PNGS[row])


CONTAINERS: dict[str, Callable[[], Any]] = {
    "tuple": lambda: tuple(PNGS),
    "generator": lambda: iter(PNGS),
    "object array": lambda: np.array([*PNGS, None], dtype=object)[:3],
    "pandas": lambda: pd.Series(PNGS),
    "pandas arrow": lambda: pd.Series(pd.array(PNGS, dtype=pd.ArrowDtype(pa.binary()))),
    "polars": lambda: pl.Series(PNGS),
    "binary": lambda: pa.array(PNGS, pa.binary()),
    "large_binary": lambda: pa.chunked_array([pa.array(PNGS[:1], pa.large_binary()), PNGS[1:]], pa.large_binary()),
    "struct": lambda: pa.array([{"bytes": data, "path": None} for data in PNGS]),
    "column": Column,
    "images": lambda: [pil(data) for data in PNGS],
    "stack": lambda: np.stack([pixels(data) for data in PNGS]),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_read(name: str) -> None:
    found = to_blobs(CONTAINERS[name]())
    assert all(np.array_equal(pixels(one), pixels(other)) for one, other in zip(found, PNGS, strict=True))


def test_a_stack_of_grey_images_is_read() -> None:
    stack = np.random.default_rng(0).integers(0, 256, (5, 8, 8), dtype=np.uint8)
    assert all(np.array_equal(pixels(one)[:, :, 0], grey) for one, grey in zip(to_blobs(stack), stack, strict=True))


def test_strings_of_arrow_and_numpy_are_paths(tmp_path: Path) -> None:
    for number, data in enumerate(PNGS):
        (tmp_path / f"{number}.png").write_bytes(data)
    paths = [str(tmp_path / f"{number}.png") for number in range(3)]
    for container in (pa.array(paths), np.array(paths), pd.Series(paths), pl.Series(paths), pd.Categorical(paths)):
        assert to_blobs(container) == PNGS
    assert to_blobs(pd.Series([paths[0], None])) == [PNGS[0], None]


@pytest.mark.parametrize(
    "blobs",
    ["a.png", Path("a.png"), PNGS[0], pil(), {"a": PNGS[0]}, 7, pd.DataFrame({"a": PNGS}), np.zeros((4, 4), np.uint8)],
    ids=lambda blobs: type(blobs).__name__,
)
def test_one_image_is_no_list(blobs: Any) -> None:
    with pytest.raises(AtlasTypeError, match=r"blobs=\["):
        to_blobs(blobs)


def test_one_array_of_an_image_is_no_list() -> None:
    with pytest.raises(AtlasTypeError, match=r"\[4, 4, 3\], which reads as one image"):
        to_blobs(np.zeros((4, 4, 3), np.uint8))


FAULTS: list[tuple[Any, str]] = [
    (b"", r"row 1 \(0 bytes\): it has no bytes"),
    (b"text", r"row 1 \(4 bytes\): it is no image of a known format"),
    (PNGS[0][:100], r"row 1 \(100 bytes\): it is a damaged image"),
    ("no such file.png", r"row 1 \('no such file.png'\): there is no such file in /"),
    (Path("/"), r"row 1 \('/'\): it is a folder"),
    ("ftp://host/a.png", "URLs of the scheme 'ftp' are not fetched"),
    ("file://elsewhere/a.png", "a file of the machine 'elsewhere'"),
    ("data:image/png;base64,###", "not base64"),
    ("data:image/png", "no comma"),
    ("~nobody_of_that_name/a.png", "no such file"),
    ("nul\0byte", "cannot be read|no such file"),
    (7, r"row 1 \(int\): an item of type int is not taken"),
    (np.zeros((4, 4)), r"row 1 \(ndarray\): it is an array of float64 \[4, 4\]"),
    (Image.new("F", (3, 3)), r"row 1 \(Image\): its pixels \(mode F\)"),
    ({"bytes": b"x"}, r"row 1 \(1 bytes\)"),
]


@pytest.mark.parametrize(("item", "message"), FAULTS, ids=[repr(item)[:20] for item, _ in FAULTS])
def test_a_fault_names_row_item_and_reason(item: Any, message: str) -> None:
    with pytest.raises(InvalidDataError, match=message):
        to_blobs([PNGS[0], item, PNGS[1]])


def test_several_faults_are_told_at_once_but_not_all() -> None:
    with pytest.raises(InvalidDataError) as caught:
        to_blobs([PNGS[0], b"a", PNGS[1], *[b"b"] * 20])
    assert [f"row {row} " in str(caught.value) for row in (0, 1, 2, 3, 6, 7)] == [False, True, False, True, True, False]


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "large.png"
    file.write_bytes(PNGS[0])
    monkeypatch.setattr(images, "MAX_BYTES", 10)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    for item in (file, PNGS[0]):
        with pytest.raises(InvalidDataError, match="at most 10 are taken"):
            to_blobs([item])


def test_long_items_are_shortened_in_messages() -> None:
    with pytest.raises(InvalidDataError) as caught:
        to_blobs(["data:image/png;base64," + "A" * 100_000])
    assert len(str(caught.value)) < 600


@given(blobs=st.lists(st.one_of(st.none(), st.binary(max_size=30), st.text(max_size=20), st.integers(), st.floats())))
def test_any_list_gives_blobs_or_an_error_of_ours(blobs: list[Any]) -> None:
    try:
        found = to_blobs(blobs)
    except InvalidDataError:
        return
    assert found == [None] * len(blobs)
