"""The projector does what every projector must, but for `project`, which it has no use for."""

from atlas_plugin_positions import Positions
from localatlas.testing import conformance
from localatlas.testing.kit import checks_for

READS_COLUMNS = "rows bring their places with them: `project` is not called"
OF_ALL = {"neighbors_needed_is_a_count"}
skip = {check.name: READS_COLUMNS for check in checks_for(Positions) if check.kind == "projector"}

test_conformance = conformance(Positions, skip={name: why for name, why in skip.items() if name not in OF_ALL})
