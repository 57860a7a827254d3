"""The projector does what every projector must."""

import pytest
from atlas_plugin_nomic_project import NomicProject
from localatlas.testing import conformance

pytestmark = pytest.mark.slow
test_conformance = conformance(NomicProject)
