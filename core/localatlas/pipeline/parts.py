"""What the stages of one build share."""

from __future__ import annotations

from dataclasses import dataclass

from localatlas.components import Components
from localatlas.pipeline.contracts import blame
from localatlas.pipeline.records import Job, Plan
from localatlas.pipeline.runner import StageRunner
from localatlas.pipeline.stages import StageStore
from localatlas.protocols import Dataset, DatasetStore

__all__ = ["GIVEN", "BuildParts"]

# The fingerprint of vectors that no embedder made.
GIVEN = "given"


@dataclass(frozen=True)
class BuildParts:
    """One run of the pipeline over one job.

    Attributes:
        job: what to build.
        dataset: whose rows.
        store: that dataset's store.
        components: who does the work.
        stages: where results are kept.
        runner: runs the stages.
    """

    job: Job
    dataset: Dataset
    store: DatasetStore
    components: Components
    stages: StageStore
    runner: StageRunner

    @property
    def plan(self) -> Plan:
        """The job's plan."""
        return self.job.plan

    def fingerprint(self) -> str:
        """Return what the vectors are kept under; a class of this process may change without saying so."""
        choice = self.components.embedder
        if choice is None:
            return GIVEN
        with blame(choice.entry):
            fingerprint = choice.component.fingerprint
        return f"{fingerprint}+{choice.entry.version}" if choice.in_process else fingerprint
