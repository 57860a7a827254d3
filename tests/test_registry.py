from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from localatlas import registry as registry_module
from localatlas.errors import (
    AmbiguousPluginError,
    AtlasTypeError,
    PluginContractError,
    PluginLoadError,
    UnknownPluginError,
)
from localatlas.protocols import ComponentOptions
from localatlas.registry import Registry

GROUP = "localatlas.sample_kind"
SOURCE = """
from localatlas.protocols import ComponentOptions

class Good:
    Options = ComponentOptions
    def __init__(self, options): self.options = options
    def work(self): return {answer!r}
"""


@pytest.fixture
def kind() -> Registry[Any]:
    return Registry("sampler", GROUP, ("work",))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on sys.path in which tests install distributions, as pip leaves them."""
    monkeypatch.syspath_prepend(str(tmp_path))
    registry_module._discovered.cache_clear()
    yield tmp_path
    registry_module._discovered.cache_clear()
    for name in [name for name in sys.modules if name.startswith("sample_")]:
        del sys.modules[name]


def install(site: Path, distribution: str, module: str, source: str, **points: str) -> None:
    info = site / f"{distribution.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
    lines = [f"{name} = {module}:{target}" for name, target in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))
    (site / f"{module}.py").write_text(dedent(source))


def test_an_installed_plugin_is_found_by_name(site: Path, kind: Registry[Any]) -> None:
    install(site, "atlas-plugin-a", "sample_a", SOURCE.format(answer="a"), good="Good")
    assert kind.names() == ["good"]
    assert kind.create("good").work() == "a"
    assert kind.find("good").qualified == "atlas-plugin-a:good"
    assert str(kind.find("good")) == "sampler 'good' (atlas-plugin-a 1.2)"


def test_listing_imports_nothing(site: Path, kind: Registry[Any]) -> None:
    install(site, "atlas-plugin-a", "sample_a", SOURCE.format(answer="a"), good="Good")
    kind.entries()
    assert "sample_a" not in sys.modules


def test_a_broken_plugin_is_named_and_disturbs_no_other(site: Path, kind: Registry[Any]) -> None:
    install(site, "atlas-plugin-a", "sample_a", SOURCE.format(answer="a"), good="Good")
    install(site, "atlas-plugin-b", "sample_b", "raise ImportWarning('no tensorflow')", broken="Thing")
    assert kind.names() == ["broken", "good"]
    assert kind.create("good").work() == "a"
    with pytest.raises(PluginLoadError, match=r"'broken' \(atlas-plugin-b 1.2\).*ImportWarning: no tensorflow"):
        kind.load("broken")


def test_two_distributions_with_one_name_are_an_error_with_a_way_out(site: Path, kind: Registry[Any]) -> None:
    install(site, "atlas-plugin-a", "sample_a", SOURCE.format(answer="a"), good="Good")
    install(site, "atlas-plugin-b", "sample_b", SOURCE.format(answer="b"), good="Good")
    with pytest.raises(AmbiguousPluginError, match="'atlas-plugin-a:good' or 'atlas-plugin-b:good'"):
        kind.load("good")
    assert kind.create("atlas-plugin-b:good").work() == "b"


def test_a_class_that_is_no_component_is_refused(site: Path, kind: Registry[Any]) -> None:
    install(site, "atlas-plugin-a", "sample_a", "class Bad: Options = dict\nclass Idle: pass", bad="Bad", idle="Idle")
    with pytest.raises(PluginContractError, match="Idle lacks 'work'"):
        kind.load("idle")
    with pytest.raises(PluginContractError, match="Bad lacks 'work'"):
        kind.load("bad")


class Mine:
    Options = ComponentOptions

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def work(self) -> str:
        return "mine"


class OtherMine(Mine):
    def work(self) -> str:
        return "other"


class WithoutOptions:
    def work(self) -> str:
        return ""


def test_a_class_registered_in_this_process_wins(site: Path, kind: Registry[Any]) -> None:
    install(site, "atlas-plugin-a", "sample_a", SOURCE.format(answer="a"), good="Good")
    kind.register("good", Mine)
    assert kind.create("good").work() == "mine"
    kind.register("good", OtherMine)
    assert kind.create("good").work() == "other"
    kind.unregister("good")
    assert kind.create("good").work() == "a"


def test_the_version_of_a_registered_class_follows_its_source(kind: Registry[Any]) -> None:
    kind.register("one", Mine)
    kind.register("two", OtherMine)
    one, two = kind.entries()
    assert one.distribution == two.distribution == ""
    assert one.version != two.version
    assert str(one) == "sampler 'one' (registered in this process)"


def test_an_instance_is_no_class(kind: Registry[Any]) -> None:
    with pytest.raises(AtlasTypeError, match="register the class, not an instance"):
        kind.register("mine", Mine(ComponentOptions()))  # type: ignore[arg-type]


def test_a_class_without_options_is_refused(kind: Registry[Any]) -> None:
    with pytest.raises(PluginContractError, match="Options must be a subclass"):
        kind.register("mine", WithoutOptions)


def test_an_unknown_name_gets_a_suggestion(kind: Registry[Any]) -> None:
    kind.register("umap", Mine)
    with pytest.raises(UnknownPluginError, match=r"no sampler 'umpa', did you mean 'umap'\?; installed: umap"):
        kind.find("umpa")


def test_an_install_line_is_given_for_our_own_plugins_only(kind: Registry[Any]) -> None:
    with pytest.raises(UnknownPluginError, match="none is installed; pip install atlas-plugin-pacmap"):
        kind.find("pacmap")
    with pytest.raises(UnknownPluginError) as error:
        kind.find("evil-typo")
    assert "pip install" not in str(error.value)


def test_instances_are_told_from_classes_and_strangers(kind: Registry[Any]) -> None:
    assert kind.is_component(Mine(ComponentOptions()))
    assert not kind.is_component(Mine)
    assert not kind.is_component("umap")


def test_an_instance_is_described_by_its_entry(site: Path, kind: Registry[Any]) -> None:
    install(site, "atlas-plugin-a", "sample_a", SOURCE.format(answer="a"), good="Good")
    assert kind.describe(kind.create("good")).qualified == "atlas-plugin-a:good"
    assert kind.describe(Mine(ComponentOptions())).distribution == ""


def test_a_name_in_use_shows_in_the_repr(kind: Registry[Any]) -> None:
    kind.register("umap", Mine)
    assert repr(kind) == "<registry of samplers: umap>"


def test_a_class_without_source_still_has_a_version(kind: Registry[Any]) -> None:
    made = type("Made", (Mine,), {"__module__": "nowhere"})
    kind.register("made", made)
    assert len(kind.find("made").version) == 12


def test_a_class_typed_at_a_prompt_keeps_its_version_when_its_annotations_are_asked_for(kind: Registry[Any]) -> None:
    typed = type("Typed", (), {"work": lambda self: 1, "Options": ComponentOptions, "__module__": "prompt"})
    before = kind.describe(typed()).version
    # Python makes the attribute when it is first asked for.
    assert typed.__annotations__ == {}
    assert "__annotations__" in vars(typed)
    assert kind.describe(typed()).version == before
