"""Compares what is seen with pictures that are kept, coarse enough for other fonts to look the same."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from map_page import MapPage
from numpy.typing import NDArray
from PIL import Image

__all__ = ["FOLDER", "MOST", "apart", "coarse", "compare", "kept"]

FOLDER = Path(__file__).parent / "references"
# Set to 1, the pictures are written anew: look at each before it is committed.
RENEW = "RENEW_REFERENCES"
# A picture is kept as so many blocks from left to right; a letter is a quarter of a block.
BLOCKS = 80
# The window is compared in tiles of so many blocks, each by its mean. Text is grey at this size, so other fonts move a
# tile by a few of 255; what a page shows moves some tile by more than twice as much as is let pass.
TILE = 10
MOST = 10.0
Coarse = NDArray[np.uint8]


def coarse(page: MapPage) -> Coarse:
    """Return what is seen of the window as blocks, uint8 [height, BLOCKS, 3]."""
    page.point_at(0, 0)
    page.driver.execute_script("document.activeElement?.blur()")
    page.rest()
    screen = Image.fromarray(page.screen())
    height = round(BLOCKS * screen.height / screen.width)
    return np.asarray(screen.resize((BLOCKS, height), Image.Resampling.BOX))


def kept(name: str) -> Coarse:
    """Return a picture that is kept."""
    return np.asarray(Image.open(FOLDER / f"{name}.png").convert("RGB"))


def apart(one: Coarse, other: Coarse) -> float:
    """Return by how much two pictures differ where they differ most, 0 to 255."""
    if one.shape != other.shape:
        return 255.0
    off = np.abs(one.astype(float) - other.astype(float)).max(axis=2)
    height, width = off.shape
    tiles = [off[y : y + TILE, x : x + TILE].mean() for y in range(0, height, TILE) for x in range(0, width, TILE)]
    return float(max(tiles))


def compare(page: MapPage, name: str) -> None:
    """Fail unless the page looks as in the picture that is kept, or keep a new one."""
    seen = coarse(page)
    if os.environ.get(RENEW) == "1":
        Image.fromarray(seen).save(FOLDER / f"{name}.png", optimize=True)
        return
    off = apart(seen, kept(name))
    assert off <= MOST, (
        f"{name}: a tile is {off:.1f} of 255 off, {MOST:.0f} pass; {RENEW}=1 keeps the page as it is now"
    )
