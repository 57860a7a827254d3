"""The projector does what every projector must."""

import pytest
from atlas_plugin_pacmap import PaCMAP
from localatlas.testing import conformance

pytestmark = pytest.mark.slow
test_conformance = conformance(PaCMAP)
