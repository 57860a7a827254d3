"""Maps are drawn by datamapplot as files that others can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlas_plugin_datamapplot import draw_picture, write_page
from atlas_plugin_datamapplot.labelled import labelled, readable_depth
from localatlas.cli import main
from localatlas.errors import InvalidOptionError
from PIL import Image

# The library and what it brings warn of themselves when they are imported.
pytestmark = pytest.mark.filterwarnings("ignore")

STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
SMALL = {"width": 4.0, "height": 3.0, "dpi": 60}


@pytest.mark.parametrize("ending", STARTS)
def test_a_picture_has_the_format_of_its_ending(atlas_map: Any, tmp_path: Path, ending: str) -> None:
    path = draw_picture(atlas_map, tmp_path / f"map{ending}", title="Words", **SMALL)
    assert path.read_bytes().startswith(STARTS[ending])


def test_a_picture_has_the_size_that_was_asked_for_and_points_in_it(atlas_map: Any, tmp_path: Path) -> None:
    with Image.open(draw_picture(atlas_map, tmp_path / "map.png", **SMALL)) as picture:
        assert picture.size == (240, 180)
        light = np.asarray(picture.convert("L"))
    with Image.open(draw_picture(atlas_map, tmp_path / "dark.png", dark=True, **SMALL)) as picture:
        dark = np.asarray(picture.convert("L"))
    assert light.max() == 255
    assert np.median(light) > 200
    assert np.median(dark) < 60
    assert len(np.unique(light)) > 20


def test_names_are_written_in_the_picture(atlas_map: Any, tmp_path: Path) -> None:
    path = draw_picture(atlas_map, tmp_path / "map.svg", depth=1, title="A title of mine", **SMALL)
    text = path.read_text(encoding="utf-8")
    assert "A title of mine" in text
    names = {label.label for topic, label in atlas_map.stored.topic_model.labels.items() if topic >= 0}
    assert any(name.split()[0] in text for name in names)


def test_rows_that_were_deleted_are_left_out(atlas_map: Any) -> None:
    shown = labelled(atlas_map.stored, [1])
    assert len(shown.rows) == len(shown.positions) == len(shown.layers[0]) == 300
    assert readable_depth(atlas_map.stored) == atlas_map.stored.topic_model.depths


@pytest.mark.parametrize(
    ("file", "options", "said"),
    [
        ("map.jpg", {}, "one of .png, .svg, .pdf"),
        ("map.png", {"depth": 9}, "has the depths 1 to"),
        ("map.png", {"width": 0.0}, "width=0.0: it is 1 to 100 inches"),
        ("map.png", {"dpi": 5}, "dpi=5: it is 10 to 2,400"),
        ("map.png", {"no_such_option": 1}, "does not take this: .*no_such_option"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    atlas_map: Any, tmp_path: Path, file: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidOptionError, match=said):
        draw_picture(atlas_map, tmp_path / file, **options)
    assert not list(tmp_path.iterdir())


def test_a_page_holds_points_names_and_texts(atlas_map: Any, tmp_path: Path) -> None:
    text = write_page(atlas_map, tmp_path / "map.html", title="A title of mine").read_text(encoding="utf-8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert "A title of mine" in text
    assert "deck.gl" in text
    bare = write_page(atlas_map, tmp_path / "bare.html", hover=False)
    assert bare.stat().st_size < len(text.encode())
    with pytest.raises(InvalidOptionError, match="ends in .html"):
        write_page(atlas_map, tmp_path / "map.txt")


def test_the_command_draws(atlas_map: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--width", "3", "--height", "3", "--dpi", "50"]
    assert main(["picture", "pictures", str(tmp_path / "map.png"), "--title", "Words", *small]) == 0
    assert main(["picture", "pictures", str(tmp_path / "map.html"), "--dark"]) == 0
    assert "Wrote" in capsys.readouterr().out
    assert main(["picture", "pictures", str(tmp_path / "map.gif")]) == 1
    assert "one of .png, .svg, .pdf" in capsys.readouterr().err
