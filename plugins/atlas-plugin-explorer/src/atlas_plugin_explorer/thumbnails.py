"""Small pictures of the rows, many to a sheet, in page order: what lies together on the map lies on few sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from localatlas.errors import AtlasLookupError, InvalidDataError
from localatlas.images import jpeg, thumbnail
from localatlas.protocols import Map
from numpy.typing import NDArray

from atlas_plugin_explorer.files import PageWriter
from atlas_plugin_explorer.order import Order

__all__ = ["SIDE", "TILES", "write_thumbnails"]

TILE = 64
SIDE = 16
TILES = SIDE * SIDE
QUALITY = 80


def write_thumbnails(
    writer: PageWriter,
    map: Map,  # noqa: A002  the noun's name
    order: Order,
    progress: Callable[[float, str], None],
    threads: int,
) -> dict[str, Any] | None:
    """Write the sheets and the sizes of the pictures; return the part of the index about them.

    None without images, or where nothing is installed that reads them.
    """
    points = len(order.rows)
    if not map.has_blobs or not points:
        return None
    files, sizes = "thumbnails/{sheet}.jpg", np.zeros((2, points), np.uint8)
    count = -(-points // TILES)
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        for sheet in range(count):
            part = slice(sheet * TILES, min((sheet + 1) * TILES, points))
            try:
                tiles = list(pool.map(tile, map.blobs(order.rows[part])))
            except AtlasLookupError:
                return None
            sizes[:, part] = [[width for _, width, _ in tiles], [height for _, _, height in tiles]]
            writer.write(files.format(sheet=sheet), jpeg(together([pixels for pixels, _, _ in tiles]), QUALITY))
            progress((sheet + 1) / count, "thumbnails")
    size_files = "thumbnails/sizes-{page}.bin"
    for page in order.pages:
        writer.array(size_files.format(page=page.number), sizes[:, page.points])
    return {
        "tile": TILE,
        "columns": SIDE,
        "rows": SIDE,
        "sheets": {"files": files, "count": count},
        "sizes": {"encoding": "uint8-planar", "files": size_files},
    }


def tile(image: bytes | None) -> tuple[NDArray[np.uint8], int, int]:
    """Return an image in the upper left of a tile, uint8 [64, 64, 3], with its width and height; 0 for none."""
    if image is None:
        return np.zeros((TILE, TILE, 3), np.uint8), 0, 0
    try:
        pixels = np.asarray(thumbnail(image, TILE))
    except InvalidDataError:
        return np.zeros((TILE, TILE, 3), np.uint8), 0, 0
    height, width = pixels.shape[:2]
    # The rest of the tile goes on as the picture ends: a hard edge would spread into the picture when compressed.
    return np.pad(pixels, ((0, TILE - height), (0, TILE - width), (0, 0)), mode="edge"), width, height


def together(tiles: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return tiles as one picture of 16 columns, row by row; only as many rows as are needed."""
    rows = -(-len(tiles) // SIDE)
    sheet = np.zeros((rows * SIDE, TILE, TILE, 3), np.uint8)
    sheet[: len(tiles)] = tiles
    return sheet.reshape(rows, SIDE, TILE, TILE, 3).swapaxes(1, 2).reshape(rows * TILE, SIDE * TILE, 3)
