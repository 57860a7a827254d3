"""The stages of a build, one after the other, each under the key of what it is made from."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from localatlas import hooks, registries
from localatlas.components import Components
from localatlas.config import settings
from localatlas.errors import InvalidDataError
from localatlas.pipeline import assemble, jobs, steps
from localatlas.pipeline.commit import commit
from localatlas.pipeline.contracts import blame
from localatlas.pipeline.embedding import embed_contents
from localatlas.pipeline.index import LentIndex, row_vectors
from localatlas.pipeline.journal import PARTIAL_VECTORS
from localatlas.pipeline.known import KnownVectors, covers
from localatlas.pipeline.measure import Meter
from localatlas.pipeline.progress import Listener, Progress
from localatlas.pipeline.records import IndexRecord, Job
from localatlas.pipeline.rows import RowReader
from localatlas.pipeline.runner import StageRunner
from localatlas.pipeline.snapshot import Snapshot, given_vectors, items, take_snapshot
from localatlas.pipeline.stages import StageStore
from localatlas.pipeline.topic_table import load_topics, read_table, write_table
from localatlas.pipeline.vectors import Vectors, collapse, gather_given
from localatlas.pipeline.warmup import warming
from localatlas.protocols import Context, Dataset, DatasetStore, NeighborGraph, SupportsDescription
from localatlas.protocols.storage import EMBEDDING_COLUMN
from localatlas.stored_map import StoredMap

__all__ = ["StageSequence"]

GIVEN = "given"
# Writing the job's record is cheap, but not so cheap that every batch should do it.
RECORDED_STEP = 0.01


class StageSequence:
    """One run of the pipeline over one job."""

    def __init__(
        self, job: Job, dataset: Dataset, store: DatasetStore, components: Components, listener: Listener
    ) -> None:
        now = settings()
        self.job, self.plan, self.dataset, self.store = job, job.plan, dataset, store
        self.components = components
        self.stages = StageStore(store.scratch() / "stages")
        progress = Progress(self._recorded(listener), lambda: jobs.cancel_requested(store, job))
        executor = registries.executors.create(now.executor)
        self.runner = StageRunner(self.stages, progress, dataset, job.plan.seed, now, executor)

    def run(self) -> IndexRecord:
        """Run all stages and return the record of the finished index."""
        hooks.call("localatlas_before_index", dataset=self.dataset, name=self.plan.name)
        snapshot_key, snapshot = self._snapshot()
        with warming([self.components.projector, self.components.topic_model]):
            embed_key, embedded = self._embed(snapshot)
        index, index_key = self._index(snapshot, embed_key, embedded)
        graph_key, graph_files = self._neighbors(index, embed_key)
        layout_key, layout = self._layout(index, index_key, graph_key)
        topics_key, topics = self._topics(index, layout_key, layout, snapshot_key)
        duplicates_key, duplicates = self._duplicates(index, index_key, graph_key)
        made_from = [snapshot_key, index_key, layout_key, topics_key, duplicates_key]
        folder = self._pages(made_from, snapshot, index, layout, topics, duplicates)
        record = self._commit({"vectors.npy": embedded / "vectors.npy", **graph_files}, folder, index)
        self._drop_superseded(embedded)
        return record

    def _snapshot(self) -> tuple[str, Snapshot]:
        plan, version = self.plan, self.job.version
        parts = {"version": version, "modality": plan.modality, "field": plan.indexed_field}
        key, folder = self.runner.run(
            "snapshot",
            parts,
            lambda folder, _context, _meter: take_snapshot(
                self.store, version, plan.modality, plan.indexed_field, folder
            ),
        )
        snapshot = Snapshot.load(folder)
        if not len(snapshot.contents):
            raise InvalidDataError(
                f"nothing to map: all {len(snapshot.positions):,} rows are null or blank in {plan.indexed_field!r}"
            )
        return key, snapshot

    def _embed(self, snapshot: Snapshot) -> tuple[str, Path]:
        choice = self.components.embedder
        parts: dict[str, object] = {"contents": snapshot.digest(), "metric": self.plan.metric}

        def fill_given(folder: Path, _context: Context, _meter: Meter) -> None:
            schema = self.store.schema(self.job.version)
            width = schema.field(EMBEDDING_COLUMN).type.list_size if schema is not None else 0
            blocks = given_vectors(self.store, self.job.version, snapshot)
            (folder / "fingerprint").write_text(GIVEN)
            gather_given(blocks, (len(snapshot.contents), width), self.plan.metric, folder)

        def embed(folder: Path, context: Context, meter: Meter) -> None:
            assert choice is not None  # noqa: S101  for the type checker: `embed` is only used with an embedder
            if (folder / "vectors.npy").exists() and not (folder / PARTIAL_VECTORS).exists():
                return  # died between the last write and the rename
            embedder = choice.component
            others = [other for other in self.stages.unfinished("embed") if other != folder]
            known = KnownVectors([*self.stages.finished("embed")[::-1], *others], fingerprint)
            contents = items(self.store, self.job.version, self.plan.modality, self.plan.indexed_field, snapshot)
            made = embed_contents(
                embedder, choice.entry, snapshot, contents, known, folder, context, meter, fingerprint
            )
            collapse(made, folder)

        if choice is None:
            return self.runner.run("embed", {**parts, "fingerprint": GIVEN}, fill_given)
        fingerprint = self._fingerprint()
        parts |= {"fingerprint": fingerprint, "batch_size": choice.component.batch_size}
        return self.runner.run("embed", parts, embed, choice.entry)

    def _index(self, snapshot: Snapshot, embed_key: str, embedded: Path) -> tuple[LentIndex, str]:
        vectors = Vectors.load(embedded)
        reader = RowReader(self.store, self.job.version, self.dataset.id_field, self.plan.label_field)
        finder = self.components.neighbors
        index = LentIndex(
            metric=self.plan.metric,
            vectors=vectors.distinct,
            vector_of_row=row_vectors(snapshot, vectors),
            read_ids=reader.ids,
            read_text=reader.texts,
            finder=finder.component,
            describe=self._describer(),
            context=self.runner.context(finder.entry),
        )
        return index, hashlib.sha256(f"{embed_key}{index.digest()}".encode()).hexdigest()[:24]

    def _describer(self) -> Callable[[NDArray[np.float32]], list[str]] | None:
        """Return what puts vectors into words, where no column does and the embedder can."""
        choice = self.components.embedder
        if choice is None or self.plan.label_field is not None:
            return None
        embedder, entry = choice.component, choice.entry
        if not isinstance(embedder, SupportsDescription):
            return None
        context = self.runner.context(entry)

        def describe(vectors: NDArray[np.float32]) -> list[str]:
            with blame(entry):
                return embedder.describe(vectors, context)

        return describe

    def _neighbors(self, index: LentIndex, embed_key: str) -> tuple[str, dict[str, Path]]:
        choice = self.components.neighbors
        k = self.components.neighbors_needed(len(index.vectors))
        parts = {"embed": embed_key, "k": k, "metric": self.plan.metric, "options": choice.options}
        parts["seed"] = self.plan.seed
        key, folder = self.runner.run(
            "neighbors",
            parts,
            lambda folder, context, _meter: steps.find_neighbors(choice, index, k, folder, context),
            choice.entry,
        )
        graph: NeighborGraph = steps.load_graph(folder)
        index.graph = graph
        return key, {f"neighbors.{name}.npy": folder / f"{name}.npy" for name in ("indices", "distances")}

    def _layout(self, index: LentIndex, index_key: str, graph_key: str) -> tuple[str, Path]:
        choice = self.components.projector
        parts = {"index": index_key, "neighbors": graph_key, "seed": self.plan.seed, "options": choice.options}
        return self.runner.run(
            "layout",
            parts,
            lambda folder, context, _meter: steps.lay_out(choice, index, folder, context),
            choice.entry,
        )

    def _topics(self, index: LentIndex, layout_key: str, layout: Path, snapshot: str) -> tuple[str, Path | None]:
        modeler, labeler = self.components.topic_model, self.components.topic_labeler
        if modeler is None or labeler is None:
            return "", None
        named_by = [labeler.entry.qualified, labeler.entry.version, labeler.options, self.plan.label_field]
        # Labels read the texts, and those belong to the snapshot, not to the layout.
        parts = {"layout": layout_key, "snapshot": snapshot, "seed": self.plan.seed, "options": modeler.options}
        return self.runner.run(
            "topics",
            {**parts, "labeler": named_by},
            lambda folder, context, _meter: steps.model_topics(
                modeler, labeler, index, steps.load_layout(layout), folder, context
            ),
            modeler.entry,
        )

    def _duplicates(self, index: LentIndex, index_key: str, graph_key: str) -> tuple[str, Path | None]:
        choice = self.components.duplicate_detector
        if choice is None:
            return "", None
        return self.runner.run(
            "duplicates",
            {"index": index_key, "neighbors": graph_key, "seed": self.plan.seed, "options": choice.options},
            lambda folder, context, _meter: steps.detect_duplicates(choice, index, folder, context),
            choice.entry,
        )

    def _pages(
        self,
        made_from: list[str],
        snapshot: Snapshot,
        index: LentIndex,
        layout: Path,
        topics: Path | None,
        duplicates: Path | None,
    ) -> Path:
        def work(folder: Path, context: Context, _meter: Meter) -> None:
            found = load_topics(topics) if topics else None
            table = assemble.map_table(
                snapshot.positions,
                index,
                steps.load_layout(layout).positions,
                found,
                steps.load_duplicates(duplicates) if duplicates else None,
                self.plan.seed,
            )
            write_table(folder / "map.arrow", table)
            if found is not None:
                write_table(folder / "topics.arrow", assemble.topic_rows(found, index, snapshot.positions))
            hooks.call("localatlas_pages", map=self._stored(folder), folder=folder / "pages", context=context)

        parts = {"from": made_from, "map": self.job.map_id, "name": self.plan.name, "writers": _page_writers()}
        _, folder = self.runner.run("pages", parts, work)
        self.map = self._stored(folder)
        return folder

    def _stored(self, folder: Path) -> StoredMap:
        topics = folder / "topics.arrow"
        return StoredMap(
            id=self.job.map_id,
            name=self.plan.name,
            dataset_identifier=self.dataset.identifier,
            id_field=self.dataset.id_field,
            text_field=self.plan.label_field,
            seed=self.plan.seed,
            store=self.store,
            version=self.job.version,
            table=read_table(folder / "map.arrow"),
            topic_table=read_table(topics) if topics.exists() else None,
            find_page=lambda name: _existing(folder / "pages" / name),
        )

    def _commit(self, files: dict[str, Path], folder: Path, index: LentIndex) -> IndexRecord:
        topics = self.map.topic_model
        fields = {
            "rows": len(index.vector_of_row),
            "placed": int((index.vector_of_row >= 0).sum()),
            "dimensions": int(index.vectors.shape[1]),
            "vectors": len(index.vectors),
            "topic_depths": topics.depths if topics else 0,
            "has_duplicates": int(self.components.duplicate_detector is not None),
        }
        fingerprint = self._fingerprint()
        done: list[IndexRecord] = []

        def publish(_meter: Meter) -> None:
            done.append(commit(self.store, self.job, files, folder, fields, fingerprint, self.runner.reports))

        self.runner.once("commit", publish)
        return done[0]

    def _fingerprint(self) -> str:
        """Return what the vectors are kept under; a class of this process may change without saying so."""
        choice = self.components.embedder
        if choice is None:
            return GIVEN
        with blame(choice.entry):
            fingerprint = choice.component.fingerprint
        return f"{fingerprint}+{choice.entry.version}" if choice.in_process else fingerprint

    def _drop_superseded(self, embedded: Path) -> None:
        """Remove earlier vectors of the same embedder that the new result holds too; indices keep their own."""
        others = [job for job in jobs.jobs(self.store) if job.id != self.job.id]
        if any(jobs.is_claimed(self.store, job) for job in others):
            return  # another build may be about to commit them
        for older in self.stages.finished("embed"):
            if older != embedded and covers(embedded, older):
                self.stages.discard(older)

    def _recorded(self, listener: Listener) -> Listener:
        """Return a listener that keeps the job's record at the stage under way."""

        def listen(stage: str, fraction: float, overall: float, message: str) -> None:
            moved = stage != self.job.stage or overall - self.job.progress >= RECORDED_STEP
            if moved:
                self.job.stage, self.job.progress = stage, overall
                jobs.save(self.store, self.job)
            listener(stage, fraction, overall, message)

        return listen


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise KeyError(path.name)
    return path


def _page_writers() -> list[str]:
    """Return who writes pages, with versions: a new version of a page's format makes new pages."""
    caller = hooks.manager().hook.localatlas_pages
    writers = []
    for implementation in caller.get_hookimpls():
        distribution = implementation.plugin_name.partition(":")[0]
        try:
            version = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        writers.append(f"{implementation.plugin_name} {version}")
    return sorted(writers)
