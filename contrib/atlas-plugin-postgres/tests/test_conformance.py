"""The storage passes the conformance kit on a real server."""

from __future__ import annotations

import pytest
from atlas_plugin_postgres import PostgresStorage
from localatlas.testing import conformance

pytestmark = pytest.mark.services

test_conformance = conformance(PostgresStorage)
