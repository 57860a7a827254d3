from __future__ import annotations

import pytest
from localatlas import AtlasDataset, defaults, hooks, registries
from localatlas.errors import PluginFailedError
from localatlas.hookspecs import hookimpl


class Policy:
    @hookimpl
    def localatlas_default(self, kind: str, modality: str | None, rows: int | None) -> str | None:
        return {"embedder": f"house-{modality}", "projector": f"house-{rows}", "topic model": "house"}.get(kind)


def test_a_policy_says_what_is_taken_where_nothing_is_named(fresh: None) -> None:
    ours = (defaults.embedder("text"), defaults.projector(5, ()), defaults.topic_model(), defaults.neighbor_finder(5))
    policy = hooks.register(Policy())
    theirs = (defaults.embedder("text"), defaults.projector(5, ()), defaults.topic_model(), defaults.neighbor_finder(5))
    assert theirs == ("house-text", "house-5", "house", ours[-1])
    hooks.unregister(policy)
    assert defaults.embedder("text") == ours[0]


def test_the_embedder_of_a_policy_builds_the_map(fresh: None, dataset: AtlasDataset) -> None:
    usual = registries.embedders.load(defaults.embedder("text") or "")
    registries.embedders.register("house-text", type("House", (usual,), {}))  # type: ignore[misc]
    hooks.register(Policy())
    choices = {"projection": "umap", "topic_model": False, "progress": False}
    made = dataset.create_index(indexed_field="text", **choices)
    assert made.record[0].plan.embedder is not None
    assert made.record[0].plan.embedder.name == "house-text"


class BrokenPolicy:
    @hookimpl
    def localatlas_default(self) -> str | None:
        raise OSError("no route to the policy")


def test_nothing_is_built_past_a_policy_that_fails(fresh: None, dataset: AtlasDataset) -> None:
    hooks.register(BrokenPolicy(), name="house")
    with pytest.raises(PluginFailedError, match="house failed in localatlas_default: OSError: no route to the policy"):
        dataset.create_index(indexed_field="text", progress=False)
    assert dataset.maps == []
