"""`nomic.data_inference`: the option classes."""

import pyarrow as pa
from localatlas.data_inference import NomicDuplicatesOptions, NomicEmbedOptions, NomicTopicOptions, ProjectionOptions

__all__ = [
    "NomicDuplicatesOptions",
    "NomicEmbedOptions",
    "NomicTopicOptions",
    "ProjectionOptions",
    "convert_pyarrow_schema_for_atlas",
]


def convert_pyarrow_schema_for_atlas(schema: pa.Schema) -> pa.Schema:
    """Return the schema as it is: rows keep their types here, so there is nothing to convert."""
    return schema
