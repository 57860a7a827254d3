"""From encoded images to what the network looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from localatlas.images import decode
from numpy.typing import NDArray

from atlas_plugin_image.graph import SIDE

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PREPROCESSING_VERSION", "network_pixels", "squared"]

PREPROCESSING_VERSION = 1
"""Part of the fingerprint: raise it when `network_pixels` gives another result for some image."""
# A JPEG is decoded at a half, quarter or eighth where that leaves twice what is needed: three times as fast, and what
# is averaged away is not seen at 224 pixels.
DECODED_SIDE = 2 * SIDE


def network_pixels(data: bytes) -> NDArray[np.uint8]:
    """Return an encoded image as uint8 [224, 224, 3]: upright, its shape kept, centred on a white square.

    Raises:
        InvalidDataError: it is no image that can be read.
    """
    return np.asarray(squared(decode(data, at_least=DECODED_SIDE)))


def squared(image: Image) -> Image:
    """Return an RGB image of 224 x 224 pixels, resized bicubically so that its longer side fills the square."""
    from PIL import Image as pillow  # noqa: N813  the module, beside the class of its name

    longer = max(image.size)
    width, height = (max(1, round(side * SIDE / longer)) for side in image.size)
    scaled = image.resize((width, height), pillow.Resampling.BICUBIC)
    square = pillow.new("RGB", (SIDE, SIDE), "white")
    square.paste(scaled, ((SIDE - width) // 2, (SIDE - height) // 2))
    return square
