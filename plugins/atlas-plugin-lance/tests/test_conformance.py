"""The storage passes the conformance kit."""

from __future__ import annotations

from atlas_plugin_lance import LanceStorage
from localatlas.testing import conformance

test_conformance = conformance(LanceStorage)
