from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from installing import install
from localatlas import (
    defaults,
    duplicate_detectors,
    embedders,
    neighbors,
    projectors,
    resolve,
    topic_labelers,
)
from localatlas import registry as registry_module
from localatlas.components import Components, record_of
from localatlas.data_inference import (
    NomicDuplicatesOptions,
    NomicEmbedOptions,
    NomicTopicOptions,
    ProjectionOptions,
)
from localatlas.errors import (
    AmbiguousPluginError,
    AtlasTypeError,
    InvalidOptionError,
    ModelNotAvailableError,
    PluginLoadError,
    UnknownPluginError,
)
from localatlas.protocols import ComponentOptions, Context
from localatlas.protocols.components import Modality
from localatlas.testing.example import ArrayIndex
from reference import Copies, CountedWords, Numbers, Principal, Quadrants

PROJECTOR = """
from localatlas.protocols import ComponentOptions, Layout

class Options(ComponentOptions):
    pull: float = 1.0
    n_neighbors: int = 4

class Made:
    Options = Options
    def __init__(self, options): self.options = options
    def neighbors_needed(self, n): return self.options.n_neighbors
    def project(self, index, context): return Layout(self.options.pull * index.vectors[:, :2])
"""


@pytest.fixture
def site(components: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on sys.path with two distributions that both give the projector "made"."""
    monkeypatch.syspath_prepend(str(tmp_path))
    registry_module._discovered.cache_clear()
    for letter in "ab":
        points = {"localatlas.projectors": {"made": f"sample_{letter}:Made", f"made-{letter}": f"sample_{letter}:Made"}}
        install(tmp_path, f"atlas-plugin-{letter}", f"sample_{letter}", PROJECTOR, points)
    yield tmp_path
    registry_module._discovered.cache_clear()
    for name in [name for name in sys.modules if name.startswith("sample_")]:
        del sys.modules[name]


def options_of(module: str, **values: object) -> Any:
    __import__(module)
    return sys.modules[module].Options(**values)


def test_a_plain_name_of_two_distributions_is_refused_and_a_qualified_one_taken(site: Path) -> None:
    with pytest.raises(AmbiguousPluginError, match="'atlas-plugin-a:made' or 'atlas-plugin-b:made'"):
        resolve.projector("made", 100)
    choice = resolve.projector("atlas-plugin-b:made", 100)
    assert choice.entry.qualified == "atlas-plugin-b:made"
    assert not choice.in_process
    assert type(choice.component).__module__ == "sample_b"


@pytest.mark.parametrize("model", ["made-a", "atlas-plugin-a:made-a"])
def test_fields_of_a_plugins_own_pass_through_the_sdks_options(site: Path, model: str) -> None:
    passed: dict[str, Any] = {"pull": 2.5}
    choice = resolve.projector(ProjectionOptions(model=model, n_neighbors=7, **passed), 100)
    assert choice.options == {"pull": 2.5, "n_neighbors": 7}


def test_a_plugins_own_options_choose_it_by_their_class(site: Path) -> None:
    choice = resolve.projector(options_of("sample_b", pull=3.0), 100)
    assert choice.entry.distribution == "atlas-plugin-b"
    assert choice.options == {"pull": 3.0, "n_neighbors": 4}
    index = ArrayIndex(np.eye(4))
    np.testing.assert_array_equal(choice.component.project(index, Context()).positions, 3.0 * np.eye(4)[:, :2])


def test_a_plugins_own_instance_is_used_as_it_is(site: Path) -> None:
    made = resolve.projector("made-a", 100).component
    choice = resolve.projector(made, 100)
    assert choice.component is made
    assert choice.entry.distribution == "atlas-plugin-a"
    assert not choice.in_process


def test_choosing_by_options_imports_no_other_plugin(site: Path) -> None:
    broken = {"localatlas.projectors": {"aa-broken": "sample_broken:Made"}}
    install(site, "atlas-plugin-broken", "sample_broken", "raise RuntimeError('no driver')", broken)
    registry_module._discovered.cache_clear()
    assert resolve.projector(options_of("sample_b"), 100).entry.distribution == "atlas-plugin-b"
    with pytest.raises(PluginLoadError, match=r"'aa-broken' \(atlas-plugin-broken 1\.2\).*no driver"):
        resolve.projector("aa-broken", 100)


def test_a_job_finds_an_installed_component_again(site: Path) -> None:
    record = record_of(resolve.projector(options_of("sample_a", pull=9.0), 100))
    assert (record.qualified, record.in_process) == ("atlas-plugin-a:made", False)
    again = resolve.named(projectors, record.qualified, record.options)
    assert again.options == {"pull": 9.0, "n_neighbors": 4}


@pytest.mark.parametrize("rows", [1, defaults.LARGE - 1, defaults.LARGE, 10**7])
@pytest.mark.parametrize("installed", [True, False])
def test_the_projector_is_chosen_by_size(components: str, rows: int, installed: bool) -> None:
    if installed:
        projectors.register("nomic-project", Principal)
    large = rows >= defaults.LARGE
    name = resolve.projector(None, rows).entry.name
    if "nomic-project" in projectors.names():
        assert name == ("nomic-project" if large else "umap")
    else:
        assert name == "umap"


def test_the_finder_is_chosen_by_size() -> None:
    assert defaults.neighbor_finder(defaults.EXACT_NEIGHBORS_UP_TO) == "exact"
    assert defaults.neighbor_finder(defaults.EXACT_NEIGHBORS_UP_TO + 1) == "cells"


def test_the_embedder_is_chosen_by_modality() -> None:
    modalities: list[Modality] = ["text", "image", "embedding"]
    assert [defaults.embedder(modality) for modality in modalities] == [
        "use-multilingual-v3",
        "efficientnet-lite0",
        None,
    ]


def test_fields_that_the_projector_lacks_give_one_warning(components: str) -> None:
    with pytest.warns(UserWarning, match="the projector 'umap' has no n_epochs, spread: ignored") as told:
        choice = resolve.projector({"n_epochs": 5, "spread": 2.0, "n_neighbors": 4}, 100)
    assert len(told) == 1
    assert choice.options["n_neighbors"] == 4


@pytest.mark.parametrize(
    ("argument", "error", "words"),
    [
        ({"rho": "x"}, InvalidOptionError, "projection: rho='x'"),
        ({"sclae": 2}, InvalidOptionError, "unknown option 'sclae', did you mean 'scale'"),
        ({1: 2}, InvalidOptionError, "projection: 1=.*strings"),
        (NomicTopicOptions(), AtlasTypeError, "projection is of type NomicTopicOptions"),
        (Copies.Options(), AtlasTypeError, "is not the Options of any projector: "),
        (Copies(Copies.Options()), AtlasTypeError, "projection is of type Copies"),
        (Principal, AtlasTypeError, "projection is of type .*type"),
    ],
)
def test_what_is_no_projection_is_refused(components: str, argument: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        resolve.projector(argument, 100)


@pytest.mark.parametrize(
    ("argument", "error", "words"),
    [
        ({"labeler": "gpt"}, UnknownPluginError, "no topic labeler 'gpt'"),
        ({"labeler": 5}, AtlasTypeError, "labeler is of type int"),
        ({"labeler": {"model": "phrases"}}, AtlasTypeError, "labeler is of type dict"),
        ({"depth": 3}, InvalidOptionError, "unknown option 'depth'"),
        (5, AtlasTypeError, "topic_model is of type int"),
        (ProjectionOptions(), AtlasTypeError, "topic_model is of type ProjectionOptions"),
        (NomicTopicOptions(cluster_method="slow"), InvalidOptionError, "only 'fast' is known"),
    ],
)
def test_what_is_no_topic_model_is_refused(components: str, argument: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        resolve.topics(argument)


def test_a_labeler_is_a_name_its_options_or_an_instance(components: str) -> None:
    mine = Numbers(ComponentOptions())
    for labeler in ("phrases", mine, None):
        chosen = resolve.topics({"labeler": labeler})
        assert chosen is not None
        assert isinstance(chosen[1].component, Numbers)
        assert (chosen[1].component is mine) == (labeler is mine)


def test_the_label_field_is_read_from_every_form() -> None:
    assert resolve.topic_label_field({"topic_label_field": "title"}) == "title"
    assert resolve.topic_label_field(NomicTopicOptions(topic_label_field="title")) == "title"
    for other in (None, True, "nomic-topic", {}, Quadrants(ComponentOptions())):
        assert resolve.topic_label_field(other) is None


@pytest.mark.parametrize(
    ("argument", "error", "words"),
    [
        ({"duplicate_cutoff": -1}, InvalidOptionError, "duplicate_cutoff=-1.*at least 0"),
        ({"cutoff": 1}, InvalidOptionError, "unknown option 'cutoff'"),
        (NomicEmbedOptions(), AtlasTypeError, "duplicate_detection is of type NomicEmbedOptions"),
        ("nomic-duplicate", UnknownPluginError, "did you mean 'nomic-duplicates'"),
    ],
)
def test_what_is_no_duplicate_detection_is_refused(
    components: str, argument: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        resolve.duplicate_detector(argument)


def test_the_cutoff_reaches_the_detector(components: str) -> None:
    choice = resolve.duplicate_detector(NomicDuplicatesOptions(duplicate_cutoff=0.3))
    assert choice is not None
    assert choice.options == {"duplicate_cutoff": 0.3}


def test_components_come_back_from_a_plan_only_where_another_process_knows_them(components: str) -> None:
    with pytest.raises(InvalidOptionError, match="'exact' is known only to the process that registered it"):
        Components.from_plan(_plan())


def test_the_most_demanding_component_decides_how_many_neighbours(components: str) -> None:
    wanted = resolve.projector({"n_neighbors": 30}, 1000)
    detector = resolve.duplicate_detector(True)
    parts = Components(None, resolve.named(neighbors, "exact"), wanted, None, None, detector)
    assert [parts.neighbors_needed(rows) for rows in (0, 1, 10, 1000)] == [0, 0, 9, 30]


def _plan() -> Any:
    from localatlas.pipeline.records import Plan

    return Plan(
        name="p",
        modality="embedding",
        indexed_field=None,
        label_field=None,
        seed=1,
        embedder=None,
        neighbors=record_of(resolve.named(neighbors, "exact")),
        projector=record_of(resolve.projector("umap", 10)),
        topic_model=None,
        topic_labeler=record_of(resolve.named(topic_labelers, "phrases")),
        duplicate_detector=record_of(resolve.named(duplicate_detectors, "nomic-duplicates")),
    )


@pytest.mark.parametrize(
    ("argument", "error", "words"),
    [
        (True, InvalidOptionError, "embedding_model=True"),
        (False, InvalidOptionError, "embedding_model=False"),
        (5, AtlasTypeError, "embedding_model is of type int"),
        (ProjectionOptions(), AtlasTypeError, "embedding_model is of type ProjectionOptions"),
        ({"model": 5}, InvalidOptionError, "embedding_model: model=5"),
        ({"batch_sise": 3}, InvalidOptionError, "unknown option 'batch_sise', did you mean 'batch_size'"),
        ("nomic-embed", UnknownPluginError, "no embedder 'nomic-embed'"),
        ("nomic-embed-code", ModelNotAvailableError, "no plugin that is installed here runs 'nomic-embed-code'"),
        ({"model": "nomic-embed-text-v2"}, ModelNotAvailableError, "runs 'nomic-embed-text-v2'"),
        ({"dimensionality": 64}, InvalidOptionError, "dimensionality=64: the vectors of .*'use-multilingual-v3'"),
        (NomicEmbedOptions(dimensionality=64), InvalidOptionError, "a matryoshka model such as"),
    ],
)
def test_what_is_no_embedding_model_is_refused(
    components: str, argument: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        resolve.embedder(argument, "text")


def test_dimensionality_is_an_option_of_the_plugin(components: str) -> None:
    class Matryoshka(CountedWords):
        class Options(ComponentOptions):
            dimensionality: int = 32

    embedders.register("layers", Matryoshka)
    options: dict[str, Any] = {"model": "layers", "dimensionality": 16}
    assert resolve.embedder(NomicEmbedOptions(**options), "text").options == {"dimensionality": 16}
    assert resolve.embedder(options, "text").options == {"dimensionality": 16}


@pytest.mark.parametrize(
    "name", ["nomic-embed-text-v1", "nomic-embed-text-v1.5", "nomic-embed-text-v2", "nomic-embed-code"]
)
def test_a_name_of_the_sdk_is_that_model_or_an_error(components: str, name: str) -> None:
    if name in embedders.names():
        assert resolve.embedder(name, "text").entry.name == name
    else:
        with pytest.raises(ModelNotAvailableError, match=f"runs '{name}'.*nothing was embedded"):
            resolve.embedder(name, "text")
    embedders.register(name, CountedWords)
    assert resolve.embedder(name, "text").component.fingerprint == "counted-words-1"
