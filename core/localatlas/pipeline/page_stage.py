"""The pages stage: the table of the map over all rows, and what viewers read."""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from localatlas import hooks
from localatlas.pipeline import assemble, steps
from localatlas.pipeline.base_map import STATE
from localatlas.pipeline.index import LentIndex
from localatlas.pipeline.making import Making
from localatlas.pipeline.measure import Meter
from localatlas.pipeline.parts import BuildParts
from localatlas.pipeline.snapshot import Snapshot
from localatlas.pipeline.stages import save_array
from localatlas.pipeline.topic_table import load_topics, read_table, write_table
from localatlas.protocols import Context
from localatlas.stored_map import StoredMap

__all__ = ["MapParts", "page_stage", "stored_map"]


@dataclass(frozen=True)
class MapParts:
    """The results that a map is put together from, as folders; None where a stage is off."""

    layout: Path
    topics: Path | None
    duplicates: Path | None


def page_stage(
    build: BuildParts, made_from: list[str], snapshot: Snapshot, index: LentIndex, making: Making, parts: MapParts
) -> Path:
    """Run the stage and return the folder of its result."""
    plan, job = build.plan, build.job

    def work(folder: Path, context: Context, _meter: Meter) -> None:
        layout = steps.load_layout(parts.layout)
        topics = load_topics(parts.topics) if parts.topics else None
        duplicates = steps.load_duplicates(parts.duplicates) if parts.duplicates else None
        # Copies that come with an update must not fall on those of the build.
        seed = plan.seed if making.places is None else [plan.seed, job.revision]
        table = assemble.map_table(snapshot.positions, index, layout.positions, topics, duplicates, seed, making.places)
        write_table(folder / "map.arrow", table)
        for name, array in (layout.state or {}).items():
            save_array(folder / f"{STATE}{name}.npy", array)
        if topics is not None:
            write_table(folder / "topics.arrow", assemble.topic_rows(topics, index, snapshot.positions))
        # A viewer that fails must not cost the map: what it lacks can be made later, the map not without the build.
        hooks.gather_files("localatlas_pages", folder / "pages", map=stored_map(build, folder), context=context)

    key = {"from": made_from, "map": job.map_id, "name": plan.name, "writers": _page_writers()}
    _, folder = build.runner.run("pages", key, work)
    return folder


def stored_map(build: BuildParts, folder: Path) -> StoredMap:
    """Return the map in a folder of this stage."""
    topics = folder / "topics.arrow"
    return StoredMap(
        id=build.job.map_id,
        name=build.plan.name,
        dataset_identifier=build.dataset.identifier,
        id_field=build.dataset.id_field,
        text_field=build.plan.label_field,
        seed=build.plan.seed,
        store=build.store,
        version=build.job.version,
        table=read_table(folder / "map.arrow"),
        topic_table=read_table(topics) if topics.exists() else None,
        find_page=lambda name: _existing(folder / "pages" / name),
    )


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
