"""The projector does what every projector must."""

import pytest
from atlas_plugin_tsne import TSNE
from localatlas.testing import conformance

pytestmark = pytest.mark.slow
test_conformance = conformance(TSNE)
