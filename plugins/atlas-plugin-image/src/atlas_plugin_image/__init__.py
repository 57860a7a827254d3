"""The default image embedder: EfficientNet-Lite0, offline, without torch."""

from __future__ import annotations

from atlas_plugin_image.embedder import EfficientNetLite0
from atlas_plugin_image.options import EfficientNetLite0Options

__all__ = ["EfficientNetLite0", "EfficientNetLite0Options"]
