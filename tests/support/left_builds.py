"""A build that another process left where it was."""

from __future__ import annotations

from localatlas import AtlasDataset
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs
from localatlas.pipeline.records import Job

__all__ = ["unfinished"]


def unfinished(dataset: AtlasDataset, **changes: object) -> tuple[Job, AtlasProjection]:
    """Return the job and the map of a build that is not in `maps`, as another process may have left it."""
    done = dataset.create_index(name="left", indexed_field="text", progress=False)
    job = done.job
    assert job is not None
    dataset._store.remove("indices/")
    left = job.model_copy(update=changes)
    jobs.save(dataset._store, left)
    return left, AtlasProjection(dataset, dataset._store, done.id)
