"""A map as something that is built, updated and deleted: its records, its job, how far that is."""

from __future__ import annotations

from localatlas.errors import MapNotFoundError, NotReadyError
from localatlas.pipeline import jobs
from localatlas.pipeline.commit import index_records
from localatlas.pipeline.previews import Preview, read_preview
from localatlas.pipeline.progress import STAGES
from localatlas.pipeline.records import IndexRecord, Job, MapRecord, StageReport
from localatlas.pipeline.removal import delete_map
from localatlas.protocols import DatasetStore

__all__ = ["MapState"]


class MapState:
    """What is known of a map besides its contents; read anew each time."""

    id: str
    _store: DatasetStore
    _found: tuple[IndexRecord, MapRecord] | None

    @property
    def record(self) -> tuple[IndexRecord, MapRecord]:
        """The records of the index and of this map, of the newest finished version.

        Raises:
            NotReadyError: the map is still building, its build did not finish, or it was deleted; the message says
                which.
        """
        found = self._look_up()
        if found is None:
            raise NotReadyError(self._why_not())
        self._found = found
        return found

    @property
    def job(self) -> Job | None:
        """The record of the build, or of the last update."""
        return next((job for job in reversed(jobs.jobs(self._store)) if job.map_id == self.id), None)

    @property
    def status(self) -> str:
        """Of the build, or of the last update: queued, running, done, failed, cancelled, or stopped (its process died).

        Until an update is done, and whatever becomes of it, the version before is there to be used.
        """
        job, found = self.job, self._look_up()
        if job is None:
            return "done" if found else "unknown"
        if found is not None and found[0].revision >= job.revision:
            return "done"
        if job.state in {"queued", "running"} and not jobs.is_claimed(self._store, job):
            return "stopped"
        return job.state

    @property
    def error(self) -> str | None:
        """Why the build, or the last update, failed; None if it did not."""
        job = self.job
        return job.error if job is not None else None

    @property
    def progress(self) -> dict[str, float]:
        """How much of each stage of the build, or of the last update, is done, 0..1, by its name."""
        job = self.job
        if job is None or self.status == "done":
            return dict.fromkeys(STAGES, 1.0)
        order = list(STAGES)
        now = order.index(job.stage) if job.stage in order else -1
        return {name: 1.0 if at < now else job.fraction if at == now else 0.0 for at, name in enumerate(order)}

    def preview(self) -> Preview | None:
        """Return how the layout looks that is being made, or that was made last before the map is done.

        None before its projector has shown one, and once the build or the update has ended.
        """
        job = self.job
        return None if job is None or self.status == "done" else read_preview(self._store, job)

    def cancel(self) -> None:
        """Ask a build or an update in another process to stop; what it finished is kept."""
        job = self.job
        if job is not None and job.state in {"queued", "running"}:
            jobs.request_cancel(self._store, job)

    def delete(self) -> bool:
        """Delete the map and its tags, and with its last map the index. Returns True.

        A build or an update of it that is under way is stopped first. Whoever looks at the map goes on looking.

        Raises:
            MapNotFoundError: it is not there any more.
        """
        if not delete_map(self._store, self.id):
            raise MapNotFoundError(f"the map {self.id} does not exist any more")
        return True

    @property
    def name(self) -> str:
        """The index's name."""
        if self._found is None and (job := self.job) is not None:
            return job.plan.name
        return (self._found or self.record)[0].plan.name

    @property
    def atlas_index_id(self) -> str:
        """The id of the index."""
        return (self._found or self.record)[0].id

    @property
    def stages(self) -> list[StageReport]:
        """What each stage of the build, or of the last update, cost."""
        return self.record[0].reports

    def _look_up(self) -> tuple[IndexRecord, MapRecord] | None:
        """Return the newest records, or None."""
        if self._found is None:
            records = index_records(self._store)
        else:
            try:
                records = [IndexRecord.model_validate_json(self._store.get(self._found[0].object_name))]
            except KeyError:
                return None
        return next(((index, made) for index in records for made in index.maps if made.id == self.id), None)

    def _why_not(self) -> str:
        job = self.job
        if job is None:
            return f"the map {self.id} does not exist any more"
        if self.status == "stopped":
            where = f"during {job.stage!r}" if job.stage else "before its first stage"
            return f"the build of {job.plan.name!r} stopped {where}; the same create_index call goes on"
        if job.state in {"queued", "running"}:
            return f"the map {job.plan.name!r} is still building: {job.stage or 'queued'}, {job.progress:.0%}"
        return f"the build of {job.plan.name!r} {job.state}: {job.error or 'it was cancelled'}"
