"""Datasets and maps as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localatlas.dataset import AtlasDataset
    from localatlas.indices import AtlasProjection

__all__ = ["dataset_summary", "map_summary", "said"]


def dataset_summary(dataset: AtlasDataset) -> dict[str, Any]:
    """Return what `ls --json` and `info --json` tell of a dataset."""
    return {
        "identifier": dataset.identifier,
        "id": dataset.id,
        "description": dataset.description,
        "rows": dataset.total_datums,
        "columns": {field.name: str(field.type) for field in dataset.schema or ()},
        "id_field": dataset.id_field,
        "created": dataset.created_timestamp.isoformat(),
        "maps": [map_summary(projection) for projection in dataset.maps],
    }


def map_summary(projection: AtlasProjection) -> dict[str, Any]:
    """Return what they tell of a map."""
    index, record = projection.record
    return {
        "id": projection.id,
        "index_id": index.id,
        "name": projection.name,
        "rows": record.rows,
        "placed": record.placed,
        "topic_depths": record.topic_depths,
        "created": index.created.isoformat(),
        "components": {part.kind: part.qualified for part in index.plan.components()},
    }


def said(description: str) -> str:
    """Return a description that somebody wrote; the SDK's default tells a reader nothing."""
    from localatlas.opening import DEFAULT_DESCRIPTION

    return "" if description == DEFAULT_DESCRIPTION else description
