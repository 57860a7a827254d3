"""Every public name is on the page of the Python interface, with its arguments, and nothing else is."""

from __future__ import annotations

import importlib
import inspect
import re
from typing import Any

import pytest
from fences import ROOT, section
from localatlas import AtlasDataset, atlas, configure, embed, hooks, models, readers, testing
from localatlas.data_operations import (
    AtlasMapData,
    AtlasMapDuplicates,
    AtlasMapEmbeddings,
    AtlasMapTags,
    AtlasMapTopics,
)
from localatlas.dataset import AtlasIndex, AtlasProjection
from localatlas.registry import Entry, Registry
from signatures import shown

PAGE = ROOT / "docs" / "reference" / "python.md"
CODE = re.compile(r"`([^`\n]+)`")
MODULES = ["atlas", "embed", "models", "data_inference", "hooks", "protocols", "readers", "services", "testing"]
CLASSES: list[type[Any]] = [
    AtlasDataset,
    AtlasIndex,
    AtlasProjection,
    AtlasMapData,
    AtlasMapTopics,
    AtlasMapDuplicates,
    AtlasMapEmbeddings,
    AtlasMapTags,
    Registry,
    Entry,
]
FUNCTIONS = {
    "`localatlas.atlas`": [atlas.map_data],
    "`localatlas.embed`": [embed.text, embed.image, embed.free_embedding_model],
    "`localatlas.models`": [models.locate, models.places, models.not_available, models.missing_from],
    "`localatlas.configure`": [configure],
    "`localatlas.readers`": [readers.read, readers.stream, readers.open_source],
    "`localatlas.hooks`": [getattr(hooks, name) for name in hooks.__all__],
    "`localatlas.testing`": [
        testing.conformance,
        testing.run_checks,
        testing.checks_for,
        testing.kind_of,
        testing.check_hooks,
    ],
}


def words(heading: str) -> set[str]:
    """Return the names in code under a heading, and those that open a line of a block."""
    text = section(PAGE, heading)
    found = {code.partition("(")[0].rpartition(".")[2] for code in CODE.findall(text)}
    return found | set(re.findall(r"^(\w+)\(", text, re.MULTILINE))


def members(cls: type[Any]) -> dict[str, Any]:
    """Return what a class has for others, its fields included."""
    fields = getattr(cls, "__dataclass_fields__", {})
    own = {name: inspect.getattr_static(cls, name) for name in dir(cls) if not name.startswith("_")}
    return {**dict.fromkeys(fields), **own}


def test_every_name_of_the_package_is_on_the_page() -> None:
    package = importlib.import_module("localatlas")
    assert set(package.__all__) <= words("`localatlas`")


@pytest.mark.parametrize("name", MODULES)
def test_every_name_of_a_module_is_on_the_page(name: str) -> None:
    module = importlib.import_module(f"localatlas.{name}")
    assert set(module.__all__) - words(f"`localatlas.{name}`") == set()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_member_of_a_class_is_on_the_page(cls: type[Any]) -> None:
    missing = set(members(cls)) - words(f"`{cls.__name__}`")
    assert not missing, f"{cls.__name__} has {sorted(missing)} too"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_the_methods_of_a_class_are_shown_with_their_arguments(cls: type[Any]) -> None:
    text = section(PAGE, f"`{cls.__name__}`")
    wanted = [shown(name, each) for name in members(cls) if callable(each := getattr(cls, name, None))]
    if cls is AtlasDataset:
        wanted.append(shown(cls.__name__, cls))
    missing = [signature for signature in wanted if signature not in text]
    assert not missing, "the section must hold:\n" + "\n".join(missing)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_the_tables_of_a_class_hold_nothing_else(cls: type[Any]) -> None:
    rows = re.findall(r"^\| `(\w+)`", section(PAGE, f"`{cls.__name__}`"), re.MULTILINE)
    arguments = {
        name
        for each in members(cls).values()
        if inspect.isfunction(each)
        for name in inspect.signature(each).parameters
    }
    assert set(rows) <= set(members(cls)) | arguments | set(inspect.signature(cls).parameters)


@pytest.mark.parametrize(
    ("heading", "functions"), FUNCTIONS.items(), ids=lambda part: part if isinstance(part, str) else ""
)
def test_functions_are_shown_with_their_arguments(heading: str, functions: list[Any]) -> None:
    text = section(PAGE, heading)
    missing = [signature for each in functions if (signature := shown(each.__name__, each)) not in text]
    assert not missing, "the section must hold:\n" + "\n".join(missing)


@pytest.mark.parametrize(
    "name", ["ProjectionOptions", "NomicTopicOptions", "NomicDuplicatesOptions", "NomicEmbedOptions", "StorageOptions"]
)
def test_every_field_of_the_option_classes_is_on_the_page(name: str) -> None:
    model = getattr(importlib.import_module("localatlas.data_inference"), name)
    rows = set(re.findall(rf"^\| `{name}` \| `(\w+)`", section(PAGE, "`localatlas.data_inference`"), re.MULTILINE))
    assert rows == set(model.model_fields)
