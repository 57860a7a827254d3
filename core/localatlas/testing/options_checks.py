"""What every component must have: options with defaults, a constructor that only stores, a cheap import."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache

import pydantic

from localatlas.protocols import ComponentOptions
from localatlas.testing.check import Check, Make, check
from localatlas.testing.kit import require

__all__ = ["CHECKS"]

HEAVY = frozenset(
    {"hdbscan", "jax", "lance", "numba", "onnxruntime", "openTSNE", "pacmap", "pynndescent", "ray", "scipy"}
    | {"sentence_transformers", "sklearn", "tensorflow", "torch", "transformers", "umap"}
)
IMPORT_SECONDS = 120.0


@check("component")
def check_options_are_component_options(make: Make) -> None:
    """`Options` is a class attribute, a subclass of `ComponentOptions`."""
    options = getattr(make.component, "Options", None)
    fits = isinstance(options, type) and issubclass(options, ComponentOptions)
    message = f"`{make.component.__name__}.Options` must be a subclass of localatlas.protocols.ComponentOptions"
    require(fits, f"{message}, not {options!r}.")


@check("component")
def check_options_have_defaults(make: Make) -> None:
    """Every option has a default, but a storage backend's `address`."""
    fields = make.component.Options.model_fields
    missing = [name for name, field in fields.items() if field.is_required() and name != "address"]
    require(not missing, f"These options have no default: {', '.join(missing)}.")


@check("component")
def check_options_forbid_unknown_keys(make: Make) -> None:
    """A key that no option has is refused."""
    try:
        make(an_option_that_nobody_has=1)
    except pydantic.ValidationError as error:
        kinds = {item["type"] for item in error.errors()}
        require("extra_forbidden" in kinds, f"An unknown key must be refused as such, not with {kinds}.")
    else:
        message = '`Options` takes unknown keys: keep `extra="forbid"` in model_config.'
        raise AssertionError(message)


@check("component")
def check_options_survive_json(make: Make) -> None:
    """Options come back from JSON as they were: job records and keys of results are made of them."""
    options = make().options
    again = type(options).model_validate_json(options.model_dump_json())
    require(again == options, f"Options change when they are written as JSON: {options!r} became {again!r}.")


@check("component")
def check_options_do_not_change(make: Make) -> None:
    """Options are frozen, so that a result's key stays true."""
    require(make.component.Options.model_config.get("frozen"), "Keep `frozen=True` in `Options.model_config`.")


@check("component")
def check_constructor_only_stores(make: Make) -> None:
    """The constructor keeps `options` as `self.options` and does nothing else."""
    options = make().options
    instance = make.component(options)
    require(instance.options is options, "The constructor must keep the very options it is given as `self.options`.")
    extra = sorted(set(getattr(instance, "__dict__", {})) - {"options"})
    require(not extra, f"The constructor must store nothing but `options`, but it also set {', '.join(extra)}.")


@check("component")
def check_import_is_light(make: Make) -> None:
    """Importing the component's module imports no heavy library. A class of a notebook or a script passes."""
    module = make.component.__module__
    before, after = _imported("localatlas.protocols"), _imported(module)
    heavy = sorted((after - before) & HEAVY)
    require(not heavy, f"`import {module}` imports {', '.join(heavy)}: import these inside the methods that use them.")


IMPORT_AND_LIST = """
import sys
module = sys.argv[1]
try:
    __import__(module)
except ModuleNotFoundError as error:
    # The module itself is not there (a test, a notebook), rather than something that it needs.
    if not error.name or not f"{module}.".startswith(f"{error.name}."):
        raise
print(*{name.partition(".")[0] for name in sys.modules})
"""


@lru_cache(maxsize=8)
def _imported(module: str) -> frozenset[str]:
    """Return the top-level modules that a new process has after importing `module`."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(  # noqa: S603 - this Python, with the code above
        [sys.executable, "-W", "ignore", "-c", IMPORT_AND_LIST, module],
        capture_output=True,
        text=True,
        timeout=IMPORT_SECONDS,
        check=False,
        env=environment,
    )
    require(done.returncode == 0, f"`import {module}` fails in a new process:\n{done.stderr}")
    return frozenset(done.stdout.split())


CHECKS: tuple[Check, ...] = (
    check_options_are_component_options,
    check_options_have_defaults,
    check_options_forbid_unknown_keys,
    check_options_survive_json,
    check_options_do_not_change,
    check_constructor_only_stores,
    check_import_is_light,
)
