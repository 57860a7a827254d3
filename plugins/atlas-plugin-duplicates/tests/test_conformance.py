"""The detector does what every duplicate detector must."""

from atlas_plugin_duplicates import NomicDuplicates
from localatlas.testing import conformance

test_conformance = conformance(NomicDuplicates)
