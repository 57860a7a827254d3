"""A module of hooks is told what pluggy passes over in silence."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from localatlas.hookspecs import hookimpl
from localatlas.testing import check_hooks


@hookimpl
def localatlas_default(kind: str) -> None:
    return None


@hookimpl
def localatlas_defaults(kind: str) -> None:
    return None


@hookimpl
def localatlas_after_stage(dataset: Any, second: float) -> None:
    return None


@hookimpl(wrapper=True)
def localatlas_pages(map: Any) -> Any:  # noqa: A002  the hook's argument
    return (yield)


@hookimpl(specname="localatlas_routes")
def some_routes() -> list[Any]:
    return []


def test_sound_hooks_pass() -> None:
    check_hooks(SimpleNamespace(localatlas_default=localatlas_default, some_routes=some_routes))


@pytest.mark.parametrize(
    ("functions", "said"),
    [
        ({}, "has no function with @hookimpl"),
        ({"localatlas_defaults": localatlas_defaults}, "no hook 'localatlas_defaults', did you mean 'localatlas_def"),
        ({"localatlas_after_stage": localatlas_after_stage}, "takes 'second', did you mean 'seconds'"),
        ({"localatlas_pages": localatlas_pages}, "localatlas_pages wraps a hook"),
    ],
)
def test_a_fault_is_named(functions: dict[str, Any], said: str) -> None:
    with pytest.raises(AssertionError, match=said.replace("?", r"\?")):
        check_hooks(SimpleNamespace(**functions))
