"""`evoc` does what every topic modeler must."""

from __future__ import annotations

import pytest
from atlas_plugin_evoc import EVoCTopics
from localatlas.testing import conformance

pytestmark = pytest.mark.slow
test_conformance = conformance(EVoCTopics)
