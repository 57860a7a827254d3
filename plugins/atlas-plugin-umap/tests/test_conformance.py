"""The projector does what every projector must."""

import pytest
from atlas_plugin_umap import UMAP
from localatlas.testing import conformance

pytestmark = pytest.mark.slow
test_conformance = conformance(UMAP)
