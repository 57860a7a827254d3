"""Images as the image network wants them: square, of one size, with the colours of its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from localatlas import images
from numpy.typing import NDArray

from atlas_plugin_sentence_transformers.weights import configuration

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Preprocessing", "preprocessing"]

# CLIP's, which preprocessor_config.json repeats.
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
BICUBIC = 3


@dataclass(frozen=True)
class Preprocessing:
    """How pixels are made of images.

    Attributes:
        side: of the square that is left, in pixels.
        crop: whether the shorter side is fitted and the middle cut out; else both sides are fitted.
        resample: pillow's number of the filter.
        mean: of the colours, RGB in [0, 1].
        deviation: of the colours.
    """

    side: int
    crop: bool
    resample: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    def pixels(self, encoded: Sequence[bytes]) -> NDArray[np.float32]:
        """Return float32 [N, 3, side, side]. Raises InvalidDataError if an image cannot be read."""
        made = np.stack([np.asarray(self._fitted(images.decode(data)), dtype=np.float32) for data in encoded])
        mean, deviation = np.array(self.mean, dtype=np.float32), np.array(self.deviation, dtype=np.float32)
        return np.ascontiguousarray(((made / 255 - mean) / deviation).transpose(0, 3, 1, 2), dtype=np.float32)

    def _fitted(self, image: Image) -> Image:
        if not self.crop:
            return image.resize((self.side, self.side), self.resample)
        scale = self.side / min(image.size)
        width, height = (max(self.side, int(length * scale)) for length in image.size)
        left, top = (width - self.side) // 2, (height - self.side) // 2
        return image.resize((width, height), self.resample).crop((left, top, left + self.side, top + self.side))


def preprocessing(folder: Path, side: int) -> Preprocessing:
    """Read how the model of a folder wants its images."""
    config = configuration(folder, "preprocessor_config.json")
    size = config.get("size")
    shortest = isinstance(size, int) or (isinstance(size, Mapping) and "shortest_edge" in size)
    return Preprocessing(
        side,
        crop=bool(config.get("do_center_crop", shortest)),
        resample=int(config.get("resample", BICUBIC)),
        mean=_colours(config, "image_mean", MEAN),
        deviation=_colours(config, "image_std", DEVIATION),
    )


def _colours(config: Mapping[str, Any], name: str, default: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(float(value) for value in config.get(name) or default)
