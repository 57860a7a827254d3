"""What can be set on the embedder."""

from __future__ import annotations

from localatlas.protocols import ComponentOptions

__all__ = ["EfficientNetLite0Options"]


class EfficientNetLite0Options(ComponentOptions):
    """Options of `efficientnet-lite0`: none; every image is embedded alike."""
