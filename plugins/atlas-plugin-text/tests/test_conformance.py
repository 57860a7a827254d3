"""The default text embedder passes the conformance kit."""

from __future__ import annotations

from atlas_plugin_text import UniversalSentenceEncoder
from localatlas.testing import conformance

test_conformance = conformance(UniversalSentenceEncoder)
