from __future__ import annotations

import numpy as np
import pytest
from localatlas import AtlasDataset, projectors
from localatlas.errors import (
    NotReadyError,
    PluginContractError,
    PluginFailedError,
)
from localatlas.protocols import Context, Index, Layout
from reference import Principal


class Broken(Principal):
    def project(self, index: Index, context: Context) -> Layout:
        raise ZeroDivisionError("no luck")


class Wide(Principal):
    def project(self, index: Index, context: Context) -> Layout:
        return Layout(np.zeros((len(index.vectors), 2)))  # type: ignore[arg-type]


class Lost(Principal):
    def project(self, index: Index, context: Context) -> Layout:
        return Layout(np.full((len(index.vectors), 2), np.nan, np.float32))


@pytest.mark.parametrize(
    ("projector", "error", "words"),
    [
        (Broken, PluginFailedError, "'broken' .*failed: ZeroDivisionError: no luck"),
        (Wide, PluginContractError, "'broken' .*positions must be float32, got float64"),
        (Lost, PluginContractError, "'broken' .*NaN or infinity in 5 of 5 rows"),
    ],
)
def test_a_faulty_plugin_is_blamed_and_the_dataset_is_unharmed(
    dataset: AtlasDataset, projector: type[Principal], error: type[Exception], words: str
) -> None:
    projectors.register("broken", projector)
    with pytest.raises(error, match=words):
        dataset.create_index(indexed_field="text", projection="broken", progress=False)
    assert dataset.maps == []
    assert dataset.is_accepting_data
    assert dataset.create_index(indexed_field="text", progress=False).status == "done"


def test_a_map_that_was_never_built_says_so(dataset: AtlasDataset) -> None:
    from localatlas.indices import AtlasProjection

    ghost = AtlasProjection(dataset, dataset._store, "nothing")
    assert ghost.status == "unknown"
    with pytest.raises(NotReadyError, match="does not exist any more"):
        _ = ghost.data


def test_a_failed_build_tells_why(dataset: AtlasDataset) -> None:
    from localatlas.indices import AtlasProjection
    from localatlas.pipeline import jobs

    projectors.register("broken", Broken)
    with pytest.raises(PluginFailedError):
        dataset.create_index(indexed_field="text", projection="broken", progress=False)
    (job,) = jobs.jobs(dataset._store)
    failed = AtlasProjection(dataset, dataset._store, job.map_id)
    assert (failed.status, failed.name) == ("failed", "Sample")
    assert failed.error is not None
    with pytest.raises(NotReadyError, match="no luck"):
        _ = failed.topics
