"""The maps of the engine's benchmark side by side: one picture for each set, from the layouts that it kept."""

from __future__ import annotations

import colorsys
from pathlib import Path

import numpy as np
from _engine_sets import SETS, files

METHODS = ("nomic-project", "nomic-project, spread=0", "umap-learn", "openTSNE", "PaCMAP")
SIDE, EDGE, TITLE = 400, 12, 22
INNER = (0.002, 0.998)
# Dots of 3 and 2 pixels for so few rows, of 1 above.
BY_THREE, BY_TWO = 5_000, 20_000
HUE, PLAIN = 0.6180339887498949, (60, 90, 160)
# Few enough that a picture stays small, many enough that the shades of 45 classes stay apart.
COLORS = 160


def draw(cache: Path, folder: Path) -> list[str]:
    """Draw what layouts there are in `cache` into `folder`; return the lines that show the pictures on a page.

    Of each set the size is drawn at which most peers' layouts were kept, the largest of several.
    """
    lines = []
    for name in SETS:
        sizes = {int(path.name.split("-")[1]) for path in (cache / "layouts").glob(f"{name}-*-1.npy")}
        found = {size: _layouts(cache, name, size) for size in sizes}
        peers = {size: len(set(layouts) - set(METHODS[:2])) for size, layouts in found.items()}
        size = max(peers, key=lambda size: (peers[size], size), default=0)
        if not peers.get(size):
            continue
        classes = np.load(files(name, cache / "sets")[1])[:size]
        picture = f"engine-{name}.png"
        _sheet(found[size], classes, folder / picture)
        shown = ", ".join(found[size])
        what = "coloured by class" if (classes >= 0).all() else "without classes"
        lines += [f"**{name} {size:,}**, {what}: {shown}.\n", f"![{name}: {shown}]({picture})\n"]
    return lines


def _layouts(cache: Path, name: str, size: int) -> dict[str, np.ndarray]:
    paths = {method: cache / "layouts" / f"{name}-{size}-{method}-1.npy" for method in METHODS}
    return {method: np.load(path) for method, path in paths.items() if path.exists()}


def _sheet(layouts: dict[str, np.ndarray], classes: np.ndarray, path: Path) -> None:
    from PIL import Image, ImageDraw

    width, step = EDGE + len(layouts) * (SIDE + EDGE), SIDE + EDGE
    sheet = Image.new("RGB", (width, TITLE + SIDE + EDGE), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (method, places) in enumerate(layouts.items()):
        pen.text((EDGE + number * step, 6), method, fill="black")
        sheet.paste(Image.fromarray(_panel(places, classes)), (EDGE + number * step, TITLE))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(COLORS).save(path, optimize=True)


def _panel(places: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return uint8 [SIDE, SIDE, 3]: the mean colour of the rows at each pixel, the more of them the fuller."""
    low, high = np.quantile(places, INNER, axis=0)
    dot = 3 if len(places) < BY_THREE else 2 if len(places) < BY_TWO else 1
    scale = (SIDE - 2 * dot) / max(float((high - low).max()), 1e-12)
    middle = SIDE / 2 + (places - (low + high) / 2) * scale
    colors = _colors(classes)
    ink = np.zeros((SIDE * SIDE, 4))
    for down in range(dot):
        for right in range(dot):
            x, y = np.floor(middle[:, 0]).astype(int) + right, SIDE - 1 - np.floor(middle[:, 1]).astype(int) + down
            inside = (x >= 0) & (x < SIDE) & (y >= 0) & (y < SIDE)
            pixel = (y * SIDE + x)[inside]
            for channel in range(3):
                ink[:, channel] += np.bincount(pixel, colors[inside, channel], SIDE * SIDE)
            ink[:, 3] += np.bincount(pixel, minlength=SIDE * SIDE)
    count = ink[:, 3:]
    full = 1.0 - np.exp(-count / max(1.0, float(np.median(count[count > 0])) / 1.5))
    mixed = 255.0 - full * (255.0 - ink[:, :3] / np.maximum(count, 1.0))
    return mixed.reshape(SIDE, SIDE, 3).round().astype(np.uint8)


def _colors(classes: np.ndarray) -> np.ndarray:
    """Return float64 [N, 3]: a colour for each class, hues apart and two shades in turn."""
    if not (classes >= 0).all():
        return np.tile(np.array(PLAIN, float), (len(classes), 1))
    names, number = np.unique(classes, return_inverse=True)
    table = [colorsys.hsv_to_rgb(k * HUE % 1.0, 0.85, 0.62 + 0.28 * (k % 2)) for k in range(len(names))]
    return 255.0 * np.array(table)[number]
