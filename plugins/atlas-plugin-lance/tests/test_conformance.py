"""The storage passes the conformance kit."""

from __future__ import annotations

from atlas_plugin_lance import LanceStorage
from localatlas.testing import conformance

# Without grace, so that a kept version is read from what it was merged into.
test_conformance = conformance(LanceStorage, options={"merged_grace_seconds": 0})
