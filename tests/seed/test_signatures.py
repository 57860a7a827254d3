"""Every name, parameter and default that the reference states is there, in its order."""

from __future__ import annotations

import ast
import importlib
import inspect
from functools import cached_property
from typing import Any

import pytest
from snippets import read

pytestmark = pytest.mark.plugins

# Where the reference's classes are, below either package.
HOMES = {
    "AtlasDataset": "",
    "AtlasMapData": ".data_operations",
    "AtlasMapDuplicates": ".data_operations",
    "AtlasMapTags": ".data_operations",
    "AtlasMapTopics": ".data_operations",
    "NomicDuplicatesOptions": ".data_inference",
    "NomicTopicOptions": ".data_inference",
    "ProjectionOptions": ".data_inference",
}
# Defaults that are otherwise on purpose.
OTHERWISE = {
    ("AtlasDataset", "__init__", "is_public"): "None makes public datasets, and leaves those that are there alone",
    ("AtlasDataset", "update_maps", "num_workers"): "has no meaning here",
    (
        "AtlasMapTopics",
        "vector_search_topics",
        "depth",
    ): "None is the deepest that there is; the reference's 3 may not be",
    ("AtlasDataset", "add_data", "data"): "the reference's default is a type by mistake",
    ("NomicDuplicatesOptions", "", "duplicate_cutoff"): "None lets the detector decide: 0.1 in the built-in one",
    ("atlas", "map_data", "is_public"): "as in AtlasDataset",
    ("embed", "text", "model"): "None is the built-in model, which is always there",
    ("embed", "text", "long_text_mode"): "None is the model's own way",
    ("embed", "text", "inference_mode"): "everything runs here",
    ("embed", "image", "model"): "None is the built-in model, which is always there",
}
# What has to be given by its name: ours have images in its place.
BY_NAME = {("AtlasDataset", "update_maps", "num_workers")}
VARIADIC = {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
BODIES = [node for node in ast.parse(read()["signatures"]).body if isinstance(node, ast.ClassDef)]
FUNCTIONS = [(owner.name, node) for owner in BODIES for node in owner.body if isinstance(node, ast.FunctionDef)]


def found(package: str, owner: str) -> Any:
    if owner in {"atlas", "embed"}:
        return importlib.import_module(f"{package}.{owner}")
    return getattr(importlib.import_module(package + HOMES[owner]), owner)


def stated(arguments: ast.arguments) -> dict[str, ast.expr | None]:
    """Return the parameters by name, in order, with their defaults."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    names = dict(zip((each.arg for each in positional), defaults, strict=True))
    return names | dict(zip((each.arg for each in arguments.kwonlyargs), arguments.kw_defaults, strict=True))


@pytest.mark.parametrize("package", ["localatlas", "nomic"])
@pytest.mark.parametrize(("owner", "node"), FUNCTIONS, ids=lambda part: getattr(part, "name", part))
def test_a_function_takes_what_the_reference_says(package: str, owner: str, node: ast.FunctionDef) -> None:
    member = inspect.getattr_static(found(package, owner), node.name)
    if node.decorator_list:
        assert isinstance(member, property | cached_property)
        return
    parameters = {name: each for name, each in inspect.signature(member).parameters.items() if name != "self"}
    wanted = stated(node.args)
    in_order = [name for name in wanted if (owner, node.name, name) not in BY_NAME]
    assert list(parameters)[: len(in_order)] == in_order
    assert set(wanted) <= set(parameters)
    for name, default in wanted.items():
        if (owner, node.name, name) not in OTHERWISE:
            ours = parameters[name].default
            assert ours == ast.literal_eval(default) if default else ours in (None, inspect.Parameter.empty), name
    must = [name for name, each in parameters.items() if each.default is each.empty and each.kind not in VARIADIC]
    assert set(must) <= set(wanted), "whatever is ours alone may be left out"
    assert node.args.kwarg is None or any(each.kind in VARIADIC for each in parameters.values())


@pytest.mark.parametrize("package", ["localatlas", "nomic"])
@pytest.mark.parametrize(
    "owner", [each for each in BODIES if each.name.endswith("Options")], ids=lambda each: each.name
)
def test_an_option_class_has_the_fields_of_the_reference(package: str, owner: ast.ClassDef) -> None:
    options = found(package, owner.name)()
    for node in owner.body:
        assert isinstance(node, ast.Assign)
        field = ast.unparse(node.targets[0])
        if (owner.name, "", field) not in OTHERWISE:
            assert getattr(options, field) == ast.literal_eval(node.value), field
        assert field in type(options).model_fields
