"""The embed stage: vectors for all contents, from the embedder, from earlier builds, or as the user gave them."""

from __future__ import annotations

from pathlib import Path

from localatlas.pipeline.embedding import embed_contents
from localatlas.pipeline.journal import PARTIAL_VECTORS
from localatlas.pipeline.known import KnownVectors
from localatlas.pipeline.measure import Meter
from localatlas.pipeline.parts import GIVEN, BuildParts
from localatlas.pipeline.snapshot import Snapshot, given_vectors, items
from localatlas.pipeline.stages import save_array
from localatlas.pipeline.vectors import collapse, gather_given
from localatlas.protocols import Context, Embedder
from localatlas.protocols.storage import EMBEDDING_COLUMN
from localatlas.resolve import Choice

__all__ = ["embed_stage"]


def embed_stage(build: BuildParts, snapshot: Snapshot) -> tuple[str, Path]:
    """Run the stage and return its key and the folder of its result."""
    choice = build.components.embedder
    parts: dict[str, object] = {"contents": snapshot.digest(), "metric": build.plan.metric}
    if choice is None:
        return build.runner.run(
            "embed",
            {**parts, "fingerprint": GIVEN},
            lambda folder, context, _meter: _fill_given(build, snapshot, folder, context),
        )
    fingerprint = build.fingerprint()
    parts |= {"fingerprint": fingerprint, "batch_size": choice.component.batch_size}
    return build.runner.run(
        "embed",
        parts,
        lambda folder, context, meter: _embed(build, choice, snapshot, fingerprint, folder, context, meter),
        choice.entry,
    )


def _fill_given(build: BuildParts, snapshot: Snapshot, folder: Path, context: Context) -> None:
    version = build.job.version
    schema = build.store.schema(version)
    width = schema.field(EMBEDDING_COLUMN).type.list_size if schema is not None else 0
    blocks = given_vectors(build.store, version, snapshot)
    save_array(folder / "contents.npy", snapshot.contents)
    (folder / "fingerprint").write_text(GIVEN)
    shape = (len(snapshot.contents), width)

    def report(done: float) -> None:
        context.progress(done, f"{int(done * shape[0]):,} of {shape[0]:,} vectors")

    gather_given(blocks, shape, build.plan.metric, folder, report)


def _embed(
    build: BuildParts,
    choice: Choice[Embedder],
    snapshot: Snapshot,
    fingerprint: str,
    folder: Path,
    context: Context,
    meter: Meter,
) -> None:
    if (folder / "vectors.npy").exists() and not (folder / PARTIAL_VECTORS).exists():
        return  # died between the last write and the rename
    others = [other for other in build.stages.unfinished("embed") if other != folder]
    known = KnownVectors([*build.stages.finished("embed")[::-1], *others], fingerprint)
    plan = build.plan
    contents = items(build.store, build.job.version, plan.modality, plan.indexed_field, snapshot)
    made = embed_contents(
        choice.component, choice.entry, snapshot, contents, known, folder, context, meter, fingerprint
    )
    collapse(made, folder, lambda _done: context.progress(1.0, "comparing vectors"))
