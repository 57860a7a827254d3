"""The storage passes the conformance kit."""

from __future__ import annotations

from localatlas.testing import conformance

from atlas_plugin_lance import LanceStorage

test_conformance = conformance(LanceStorage)
