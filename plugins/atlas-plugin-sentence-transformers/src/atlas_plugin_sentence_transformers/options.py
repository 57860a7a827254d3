"""What can be set on the embedders."""

from __future__ import annotations

from typing import Literal

from localatlas.protocols import ComponentOptions
from pydantic import Field

__all__ = [
    "CLIPOptions",
    "MatryoshkaTextOptions",
    "MultilingualGTEOptions",
    "NomicTextOptions",
    "NomicVisionOptions",
    "SentenceTransformersOptions",
    "TextOptions",
    "TorchOptions",
]

HUB_NAME = r"^$|^\w[\w.-]*(/\w[\w.-]*)?$"


class TorchOptions(ComponentOptions):
    """What all models here have in common."""

    device: Literal["auto", "cpu", "gpu", "cuda", "mps"] = "auto"
    """Where the model runs: "auto" takes an accelerator if there is one, "gpu" insists on one."""

    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """What the model calculates in; the 16-bit types are for accelerators. Vectors are float32 in any case."""

    batch_size: int = Field(default=32, ge=1, le=4096)
    """How many items go through the model at once; more takes more memory."""

    model_path: str | None = None
    """A folder with the weights; it is looked in before, and instead of, all others."""


class TextOptions(TorchOptions):
    """Options of `all-MiniLM-L6-v2`."""

    long_text_mode: Literal["truncate", "mean"] = "truncate"
    """What becomes of a text with more tokens than the model reads: its beginning, or the mean of its parts."""

    max_tokens: int | None = Field(default=None, ge=16, le=131_072)
    """How many tokens are read at once, marks and prefixes included; at most, and by default, what the model allows."""


class NomicTextOptions(TextOptions):
    """Options of `nomic-embed-text-v1`."""


class MatryoshkaTextOptions(NomicTextOptions):
    """Options of `nomic-embed-text-v1.5`."""

    dimensionality: int | None = Field(default=None, ge=1)
    """How many dimensions the vectors keep; None keeps all. The model was trained for 64 to 768."""


class MultilingualGTEOptions(TextOptions):
    """Options of `gte-multilingual-base`."""

    dimensionality: int | None = Field(default=None, ge=1)
    """How many dimensions the vectors keep; None keeps all. The model was trained for 128 to 768."""


class NomicVisionOptions(TorchOptions):
    """Options of `nomic-embed-vision-v1` and `-v1.5`."""


class CLIPOptions(NomicVisionOptions):
    """Options of `clip`."""

    model_name: str = Field(default="laion/CLIP-ViT-B-32-laion2B-s34B-b79K", pattern=HUB_NAME, min_length=1)
    """The model: its name on the hub, or the name it was added under."""


class SentenceTransformersOptions(TextOptions):
    """Options of `sentence-transformers`."""

    model_name: str = Field(default="", pattern=HUB_NAME)
    """The model: its name on the hub, such as "BAAI/bge-small-en-v1.5", or the name it was added under."""

    dimensionality: int | None = Field(default=None, ge=1)
    """How many dimensions the vectors keep, for matryoshka models; None keeps all."""
