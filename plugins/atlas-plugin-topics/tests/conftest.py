"""A real corpus that every Python has: what the standard library says of itself."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator

import numpy as np
import pytest
from localatlas.protocols import Layout
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

MODULES = (
    "decimal",
    "socket",
    "email.message",
    "sqlite3",
    "datetime",
    "tarfile",
    "argparse",
    "unittest.case",
    "statistics",
    "logging",
    "ssl",
    "pathlib",
    "asyncio",
    "random",
    "xml.dom.minidom",
    "http.client",
)
SHORTEST = 50


def docstrings(name: str) -> Iterator[str]:
    """Yield the docstrings of a module's functions, classes and methods."""
    module = importlib.import_module(name)
    seen: set[str] = set()
    for _, thing in inspect.getmembers(module):
        for _, member in [("", thing), *(inspect.getmembers(thing) if inspect.isclass(thing) else [])]:
            text = inspect.getdoc(member) if callable(member) else None
            if text and len(text) >= SHORTEST and text not in seen and "help(type(self))" not in text:
                seen.add(text)
                yield text


def corpus() -> tuple[list[str], NDArray[np.int64]]:
    """Return the texts and the module number of each; no text twice."""
    found: dict[str, int] = {}
    for number, name in enumerate(MODULES):
        for text in docstrings(name):
            found.setdefault(text, number)
    return list(found), np.array(list(found.values()))


@pytest.fixture(scope="session")
def stdlib() -> tuple[ArrayIndex, Layout, NDArray[np.int64]]:
    """An index under tf-idf vectors in 32 directions, a layout with an island for each module, and the modules."""
    texts, module = corpus()
    tokens = [re.findall(r"[a-z]{3,}", text.lower()) for text in texts]
    vocabulary = {word: number for number, word in enumerate(sorted({word for row in tokens for word in row}))}
    counts = np.zeros((len(texts), len(vocabulary)))
    for row, words in enumerate(tokens):
        for word in words:
            counts[row, vocabulary[word]] += 1.0
    weighted = np.log1p(counts) * np.log(len(texts) / (counts > 0).sum(axis=0))
    weighted /= np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-9)
    strength, left = np.linalg.eigh(weighted @ weighted.T)
    vectors = left[:, -32:] * np.sqrt(strength[-32:])
    angle = 2.0 * np.pi * module / len(MODULES)
    islands = np.column_stack([np.cos(angle), np.sin(angle)]) * 10.0
    spread = np.random.default_rng(0).normal(size=(len(texts), 2)) * 0.5
    return ArrayIndex(vectors, texts), Layout((islands + spread).astype(np.float32)), module
