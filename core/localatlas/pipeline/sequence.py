"""The stages of a build or an update, one after the other, each under the key of what it is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from localatlas import hooks, registries
from localatlas.components import Components
from localatlas.config import settings
from localatlas.errors import InvalidDataError
from localatlas.pipeline import jobs, steps
from localatlas.pipeline.base_map import BaseMap
from localatlas.pipeline.commit import commit
from localatlas.pipeline.contracts import blame
from localatlas.pipeline.embed_stage import embed_stage
from localatlas.pipeline.index import LentIndex, row_vectors
from localatlas.pipeline.making import FromScratch, FromVersion, Making
from localatlas.pipeline.measure import Meter
from localatlas.pipeline.own_places import OwnPlaces
from localatlas.pipeline.page_stage import MapParts, page_stage, stored_map
from localatlas.pipeline.parts import BuildParts
from localatlas.pipeline.previews import PreviewWriter
from localatlas.pipeline.progress import Listener, Progress
from localatlas.pipeline.records import IndexRecord, Job
from localatlas.pipeline.rows import RowReader
from localatlas.pipeline.runner import StageRunner
from localatlas.pipeline.snapshot import Snapshot, take_snapshot
from localatlas.pipeline.stages import StageStore
from localatlas.pipeline.sweep import sweep
from localatlas.pipeline.vectors import Vectors
from localatlas.pipeline.warmup import warming
from localatlas.protocols import Dataset, DatasetStore, SupportsDescription, SupportsPlaces, Topics

__all__ = ["StageSequence"]

# Writing the job's record is cheap, but not so cheap that every batch should do it.
RECORDED_STEP = 0.01


class StageSequence:
    """One run of the pipeline over one job."""

    def __init__(
        self, job: Job, dataset: Dataset, store: DatasetStore, components: Components, listener: Listener
    ) -> None:
        now = settings()
        self.job, self.plan, self.store, self.components = job, job.plan, store, components
        stages = StageStore(store.scratch() / "stages")
        progress = Progress(self._recorded(listener), lambda: jobs.cancel_requested(store, job))
        self._progress = progress
        executor = registries.executors.create(now.executor)
        self.runner = StageRunner(stages, progress, dataset, job.plan.seed, now, executor, job.version)
        self.build = BuildParts(job, dataset, store, components, stages, self.runner)

    def run(self) -> IndexRecord:
        """Run all stages and return the record of the finished index."""
        hooks.call("localatlas_before_index", dataset=self.build.dataset, name=self.plan.name)
        snapshot_key, snapshot = self._snapshot()
        able = [self.components.projector, self.components.topic_model]
        with warming(able, lambda: self._progress.waiting("embed", "compiling")):
            embed_key, embedded = embed_stage(self.build, snapshot)
        index, index_key = self._index(snapshot, embed_key, embedded)
        self.runner.between = index.rest_when_large
        making = self._making(snapshot, index)
        graph_key, graph_files = self._neighbors(index, making, embed_key)
        index.rest()
        layout_key, layout = self._layout(making, index_key, graph_key)
        index.rest()
        topics_key, topics = self._topics(making, layout_key, layout, snapshot_key)
        index.rest()
        duplicates_key, duplicates = self._duplicates(index, index_key, graph_key)
        index.rest()
        made_from = [snapshot_key, index_key, layout_key, topics_key, duplicates_key]
        parts = MapParts(layout, topics, duplicates)
        folder = page_stage(self.build, made_from, snapshot, index, making, parts)
        self.map = stored_map(self.build, folder)
        self._embedded = embedded
        return self._commit({"vectors.npy": embedded / "vectors.npy", **graph_files}, folder, index)

    def sweep(self) -> None:
        """Remove what the run has made useless; once `run` has returned, which reads the version before."""
        sweep(self.store, self.job, self.build.stages, self._embedded)

    def _snapshot(self) -> tuple[str, Snapshot]:
        plan, version = self.plan, self.job.version
        parts = {"version": version, "modality": plan.modality, "field": plan.indexed_field}
        key, folder = self.runner.run(
            "snapshot",
            parts,
            lambda folder, context, _meter: take_snapshot(
                self.store, version, plan.modality, plan.indexed_field, folder, context
            ),
        )
        snapshot = Snapshot.load(folder)
        if not len(snapshot.contents):
            raise InvalidDataError(
                f"nothing to map: all {len(snapshot.positions):,} rows are null or blank in {plan.indexed_field!r}"
            )
        return key, snapshot

    def _index(self, snapshot: Snapshot, embed_key: str, embedded: Path) -> tuple[LentIndex, str]:
        vectors = Vectors.load(embedded)
        reader = RowReader(self.store, self.job.version, self.build.dataset.id_field, self.plan.label_field)
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

    def _making(self, snapshot: Snapshot, index: LentIndex) -> Making:
        """Return how the rest comes about: from scratch, or for an update from the version before."""
        job = self.job
        making: Making = FromScratch(self.components, index)
        if job.base is not None:
            base = BaseMap.load(self.store, job.base, self.build.dataset.id_field)
            making = FromVersion(self.components, index, base, snapshot.positions, job.rebuild_topics, job.layout)
        choice = self.components.projector
        if isinstance(choice.component, SupportsPlaces):
            making = OwnPlaces(making, choice.component, choice.entry, index, self.store, job.version)
        return making

    def _neighbors(self, index: LentIndex, making: Making, embed_key: str) -> tuple[str, dict[str, Path]]:
        choice = self.components.neighbors
        k = self.components.neighbors_needed(len(index.vectors))
        parts = {"embed": embed_key, "k": k, "metric": self.plan.metric, "options": choice.options}
        parts |= {"seed": self.plan.seed, **_from(making)}
        key, folder = self.runner.run(
            "neighbors", parts, lambda folder, context, _meter: making.neighbors(k, folder, context), choice.entry
        )
        index.graph = steps.load_graph(folder)
        return key, {f"neighbors.{name}.npy": folder / f"{name}.npy" for name in ("indices", "distances")}

    def _layout(self, making: Making, index_key: str, graph_key: str) -> tuple[str, Path]:
        choice = self.components.projector
        parts = {"index": index_key, "neighbors": graph_key, "seed": self.plan.seed, "options": choice.options}
        shown = PreviewWriter(self.store, self.job)
        if isinstance(choice.component, SupportsPlaces):
            parts["version"] = self.job.version  # its columns are not in the vectors
        return self.runner.run(
            "layout",
            {**parts, **_from(making), **({} if self.job.layout == "keep" else {"mode": self.job.layout})},
            lambda folder, context, _meter: making.layout(folder, context.with_(show=shown)),
            choice.entry,
        )

    def _topics(self, making: Making, layout_key: str, layout: Path, snapshot: str) -> tuple[str, Path | None]:
        modeler, labeler = self.components.topic_model, self.components.topic_labeler
        if modeler is None or labeler is None:
            return "", None
        named_by = [labeler.entry.qualified, labeler.entry.version, labeler.options, self.plan.label_field]
        # Labels read the texts, and those belong to the snapshot, not to the layout.
        parts = {"layout": layout_key, "snapshot": snapshot, "seed": self.plan.seed, "options": modeler.options}
        return self.runner.run(
            "topics",
            {**parts, "labeler": named_by, **_from(making), **({"anew": True} if self.job.rebuild_topics else {})},
            lambda folder, context, _meter: making.topics(layout, folder, context),
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

    def _commit(self, files: dict[str, Path], folder: Path, index: LentIndex) -> IndexRecord:
        topics = self.map.topic_model
        fields = {
            "rows": len(index.vector_of_row),
            "placed": int((index.vector_of_row >= 0).sum()),
            "dimensions": int(index.vectors.shape[1]),
            "vectors": len(index.vectors),
            "topic_depths": topics.depths if topics else 0,
            "last_topic_id": self._last_topic_id(topics),
            "has_duplicates": int(self.components.duplicate_detector is not None),
        }
        fingerprint = self.build.fingerprint()
        done: list[IndexRecord] = []

        def publish(_meter: Meter) -> None:
            done.append(commit(self.store, self.job, files, folder, fields, fingerprint, self.runner.reports))

        self.runner.once("commit", publish)
        return done[0]

    def _last_topic_id(self, topics: Topics | None) -> int:
        base = self.job.base
        earlier = -1 if base is None else base.maps[0].last_topic_id
        return max(earlier, -1 if topics is None else int(topics.topic_id.max(initial=-1)))

    def _recorded(self, listener: Listener) -> Listener:
        """Return a listener that keeps the job's record at the stage under way."""

        def listen(stage: str, fraction: float, overall: float, message: str) -> None:
            moved = stage != self.job.stage or overall - self.job.progress >= RECORDED_STEP
            if moved:
                self.job.stage, self.job.fraction, self.job.progress = stage, fraction, overall
                jobs.update(self.store, self.job)
            listener(stage, fraction, overall, message)

        return listen


def _from(making: Making) -> dict[str, str]:
    """Return the part of a key that tells the version started from."""
    return {"extends": making.extends} if making.extends else {}
