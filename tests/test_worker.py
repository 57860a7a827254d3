"""`worker.main` in this process; `tests/across/test_worker.py` runs the real one."""

from __future__ import annotations

from pathlib import Path

import pytest
from localatlas import AtlasDataset, embedders, neighbors, projectors, worker
from localatlas.components import record_of
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs
from localatlas.pipeline.records import ComponentRecord, Job, Plan
from localatlas.resolve import named


def queue(dataset: AtlasDataset, home: str, **changes: object) -> Job:
    """Save the job that `create_index(wait=False)` would, with components that a package could bring."""

    def record(registry: object, name: str) -> ComponentRecord:
        return record_of(named(registry, name)).model_copy(update={"distribution": "atlas-plugin-sample"})  # type: ignore[arg-type]

    plan = Plan(
        name="queued",
        modality="text",
        indexed_field="text",
        label_field="text",
        seed=1,
        embedder=record(embedders, "use-multilingual-v3"),
        neighbors=record(neighbors, "exact"),
        projector=record(projectors, "umap"),
        topic_model=None,
        topic_labeler=None,
        duplicate_detector=None,
    )
    job = Job(
        id="j1",
        home=home,
        backend="memory",
        organization="local",
        slug="sample",
        version=dataset._store.version(),
        index_id="i1",
        map_id="m1",
        plan=plan.model_copy(update=changes),
    )
    jobs.save(dataset._store, job)
    return job


@pytest.fixture
def qualified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reference components answer to the qualified names of a job's record."""
    for registry in (embedders, neighbors, projectors):
        for name, component in list(registry._registered.items()):
            registry.register(f"atlas-plugin-sample:{name}", component)


def record_file(dataset: AtlasDataset, job: Job) -> str:
    return str(dataset._store.path(job.object_name))


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["/no/such/file"]])
def test_called_wrongly_it_says_how_to_call_it(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert worker.main(arguments) == worker.USAGE == 64
    assert capsys.readouterr().err == "usage: python -m localatlas.worker JOB, where JOB is the file of a job record\n"


def test_without_arguments_it_reads_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["worker"])
    assert worker.main() == worker.USAGE


def test_a_job_becomes_a_map(dataset: AtlasDataset, components: str, qualified: None) -> None:
    job = queue(dataset, components)
    waiting = AtlasProjection(dataset, dataset._store, "m1")
    with jobs.claim(dataset._store, job):
        assert waiting.status == "queued"
    assert worker.main([record_file(dataset, job)]) == 0
    assert (waiting.status, waiting.error, waiting.name) == ("done", None, "queued")
    assert waiting.data.tb.num_rows == 7
    assert [made.id for made in dataset.maps] == ["m1"]


def test_a_job_of_a_dataset_that_is_gone_fails(
    dataset: AtlasDataset, components: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = queue(dataset, components)
    path = tmp_path / "job.json"
    path.write_bytes(job.to_bytes())
    dataset.delete()
    assert worker.main([str(path)]) == worker.FAILED == 1
    assert capsys.readouterr().err == f"the dataset local/sample is not in {components}\n"


def test_a_job_that_is_asked_to_stop_ends_as_cancelled(
    dataset: AtlasDataset, components: str, qualified: None, capsys: pytest.CaptureFixture[str]
) -> None:
    job = queue(dataset, components)
    waiting = AtlasProjection(dataset, dataset._store, "m1")
    waiting.cancel()
    assert worker.main([record_file(dataset, job)]) == worker.CANCELLED == 3
    assert "cancelled during snapshot" in capsys.readouterr().err
    assert waiting.status == "cancelled"
    # Cancelling is for once.
    assert worker.main([record_file(dataset, job)]) == 0


def test_a_class_of_another_process_is_told_of(
    dataset: AtlasDataset, components: str, qualified: None, capsys: pytest.CaptureFixture[str]
) -> None:
    job = queue(dataset, components, projector=record_of(named(projectors, "umap")))
    assert worker.main([record_file(dataset, job)]) == worker.FAILED
    assert "InvalidOptionError: the projector 'umap' is known only to the process" in capsys.readouterr().err
    failed = AtlasProjection(dataset, dataset._store, "m1")
    assert failed.status == "failed"
    assert failed.error is not None
    assert "known only to the process" in failed.error


def test_a_job_is_built_by_one_process_at_a_time(
    dataset: AtlasDataset, components: str, qualified: None, capsys: pytest.CaptureFixture[str]
) -> None:
    job = queue(dataset, components)
    with jobs.claim(dataset._store, job) as mine:
        assert mine
        assert worker.main([record_file(dataset, job)]) == worker.FAILED
    assert "BuildError: another process is building 'queued' (job j1)" in capsys.readouterr().err
