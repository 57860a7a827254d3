"""The default image embedder passes the conformance kit."""

from __future__ import annotations

from atlas_plugin_image import EfficientNetLite0
from localatlas.testing import conformance

test_conformance = conformance(EfficientNetLite0)
