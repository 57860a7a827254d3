"""What an embedder must do."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import BuildCancelled
from localatlas.protocols import Context
from localatlas.testing.check import Check, Make, check
from localatlas.testing.example import TEXTS, ProgressLog, cancelling, pictures
from localatlas.testing.kit import require

__all__ = ["CHECKS", "EXTRA_CHECKS"]

TASKS = ("search_document", "search_query", "classification", "clustering")
UNIT_TOLERANCE = 1e-3
# The same item in different batches: rounding may differ, meaning may not.
SAME_ITEM_COSINE = 0.999
SAME_SIMILARITY = 1e-4
QUERIES = ("a bird in a tree", "red", "les voitures de course", "數字")
PICKLE_LIMIT = 1_000_000


def _items(embedder: Any) -> Sequence[Any]:
    """Return example items of the embedder's modality."""
    if embedder.modality == "image":
        return pictures(8)
    require(embedder.modality == "text", f"`modality` must be 'text' or 'image', not {embedder.modality!r}.")
    return TEXTS


def _embed(embedder: Any, items: Sequence[Any], context: Context | None = None) -> NDArray[np.float32]:
    vectors: NDArray[np.float32] = embedder.embed(items, context or Context(), task="search_document")
    return vectors


def _lent(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vectors as an index lends them: read-only."""
    lent = np.array(vectors, order="C")
    lent.flags.writeable = False
    return lent


@check("embedder")
def check_says_what_it_is(make: Make) -> None:
    """`modality`, `dim`, `fingerprint`, `batch_size` and `in_workers` have the types of the protocol."""
    embedder = make()
    _items(embedder)
    for name in ("dim", "batch_size"):
        value = getattr(embedder, name)
        require(isinstance(value, int) and value > 0, f"`{name}` must be a whole number above 0, not {value!r}.")
    fingerprint = embedder.fingerprint
    require(isinstance(fingerprint, str) and fingerprint, f"`fingerprint` must be a text, not {fingerprint!r}.")
    require(isinstance(embedder.in_workers, bool), f"`in_workers` must be True or False, not {embedder.in_workers!r}.")


@check("embedder")
def check_vectors_have_shape_and_dtype(make: Make) -> None:
    """`embed` returns finite float32 [N, dim]."""
    embedder = make()
    items = _items(embedder)
    vectors = _embed(embedder, items)
    require(isinstance(vectors, np.ndarray), f"`embed` must return an array, not {type(vectors).__name__}.")
    require(vectors.dtype == np.float32, f"Vectors must be float32, not {vectors.dtype}.")
    expected = (len(items), embedder.dim)
    require(
        vectors.shape == expected, f"Vectors of {len(items)} items must have shape {expected}, not {vectors.shape}."
    )
    require(bool(np.isfinite(vectors).all()), "Vectors must be finite.")


@check("embedder")
def check_vectors_are_normalised(make: Make) -> None:
    """Every vector has length 1."""
    embedder = make()
    lengths = np.linalg.norm(_embed(embedder, _items(embedder)), axis=1)
    worst = int(np.abs(lengths - 1.0).argmax())
    close = bool(abs(lengths[worst] - 1.0) <= UNIT_TOLERANCE)
    require(close, f"Vectors must be L2-normalised: that of item {worst} has length {lengths[worst]:.4f}.")


@check("embedder")
def check_no_items_no_vectors(make: Make) -> None:
    """An empty list gives float32 [0, dim]."""
    embedder = make()
    vectors = _embed(embedder, [])
    require(vectors.shape == (0, embedder.dim), f"No items must give shape (0, {embedder.dim}), not {vectors.shape}.")
    require(vectors.dtype == np.float32, f"No items must give float32, not {vectors.dtype}.")


@check("embedder")
def check_rows_follow_items(make: Make) -> None:
    """Row i is item i's: reversed items give reversed rows."""
    embedder = make()
    items = _items(embedder)
    cosines = np.einsum("ij,ij->i", _embed(embedder, items), _embed(embedder, items[::-1])[::-1])
    worst = int(cosines.argmin())
    message = f"row {worst} differs when the items are given in reverse (cosine {cosines[worst]:.4f})"
    require(cosines[worst] >= SAME_ITEM_COSINE, f"Row i must be item i's vector: {message}.")


@check("embedder")
def check_batches_do_not_matter(make: Make) -> None:
    """An item alone and in any batch has the same vector, but for rounding."""
    embedder = make()
    items = _items(embedder)
    alone = np.concatenate([_embed(embedder, [item]) for item in items])
    many = [*items] * (embedder.batch_size // len(items) + 2)
    together = _embed(embedder, many)
    cosines = np.einsum("ij,ij->i", together, np.tile(alone, (len(many) // len(items), 1)))
    worst = int(cosines.argmin())
    message = f"item {worst % len(items)} has another vector alone than among {len(many)} (cosine {cosines[worst]:.4f})"
    require(cosines[worst] >= SAME_ITEM_COSINE, f"A vector must not depend on the other items: {message}.")


@check("embedder")
def check_items_are_told_apart(make: Make) -> None:
    """Different items have different vectors."""
    embedder = make()
    vectors = np.round(_embed(embedder, _items(embedder)), 5)
    distinct = len(np.unique(vectors, axis=0))
    require(distinct == len(vectors), f"{len(vectors)} different items must not share vectors; only {distinct} differ.")


@check("embedder")
def check_same_items_same_bytes(make: Make) -> None:
    """Two instances give the same bytes for the same items."""
    first, second = make(), make()
    equal = _embed(first, _items(first)).tobytes() == _embed(second, _items(second)).tobytes()
    require(equal, "The same items must give the same bytes, from any instance and at any time.")


@check("embedder")
def check_fingerprint_is_stable(make: Make) -> None:
    """Two instances have one fingerprint, and embedding does not change it."""
    first, second = make(), make()
    before = first.fingerprint
    _embed(first, _items(first)[:1])
    found = {before, first.fingerprint, second.fingerprint}
    require(len(found) == 1, f"`fingerprint` must be the same for the same options, always: {sorted(found)}.")


@check("embedder")
def check_pickles_small(make: Make) -> None:
    """An embedder for workers pickles without its weights, also after use, and works when unpickled."""
    embedder = make()
    if not embedder.in_workers:
        return
    items = _items(embedder)
    expected = _embed(embedder, items)
    data = pickle.dumps(embedder)
    require(
        len(data) <= PICKLE_LIMIT, f"The instance pickles to {len(data):,} bytes: leave weights out (a module cache)."
    )
    again = pickle.loads(data)  # noqa: S301 - pickled two lines above
    require(again.fingerprint == embedder.fingerprint, "Unpickling changes `fingerprint`.")
    require(np.array_equal(_embed(again, items), expected), "An unpickled embedder gives other vectors.")


@check("embedder")
def check_every_task_is_taken(make: Make) -> None:
    """All tasks of the SDK are accepted and give unit vectors."""
    embedder = make()
    items = _items(embedder)[:2]
    for task in TASKS:
        lengths = np.linalg.norm(embedder.embed(items, Context(), task=task), axis=1)
        close = bool(np.abs(lengths - 1.0).max() <= UNIT_TOLERANCE)
        require(close, f"task={task!r} gives vectors that are not of length 1: {lengths}.")


@check("embedder")
def check_progress_ends_at_one(make: Make) -> None:
    """Progress is reported, never goes back, and ends at 1."""
    embedder, log = make(), ProgressLog()
    _embed(embedder, _items(embedder), Context(report=log))
    fractions = log.fractions
    require(fractions, "`embed` must report its progress with context.progress(fraction, message).")
    require(fractions[-1] == 1.0, f"The last progress report must be 1, not {fractions[-1]}.")
    require(fractions == sorted(fractions), f"Progress must never go back: {fractions}.")


@check("embedder")
def check_cancelling_comes_through(make: Make) -> None:
    """What `context.progress` raises to cancel the build is not caught."""
    embedder = make()
    try:
        _embed(embedder, _items(embedder), cancelling())
    except BuildCancelled:
        return
    message = "`embed` must let through what context.progress raises (BuildCancelled)."
    raise AssertionError(message)


@check("embedder")
def check_check_leaves_no_trace(make: Make) -> None:
    """`check` returns None on a machine where the embedder works, also twice, and changes nothing."""
    embedder = make()
    before = dict(vars(embedder)) if hasattr(embedder, "__dict__") else {}
    answers = [embedder.check(), embedder.check()]
    require(answers == [None, None], f"`check` must return None where all is here, not {answers}.")
    after = dict(vars(embedder)) if hasattr(embedder, "__dict__") else {}
    require(before == after, f"`check` must not change the instance: it set {sorted(set(after) - set(before))}.")


@check("embedder")
def check_descriptions_follow_vectors(make: Make) -> None:
    """`describe` gives one text per vector, the same for a vector in any company; "" says nothing."""
    embedder = make()
    vectors = _lent(_embed(embedder, _items(embedder)))
    words = embedder.describe(vectors, Context())
    fits = isinstance(words, list) and all(isinstance(one, str) for one in words)
    require(fits, f"`describe` must return a list of texts, not {words!r:.80}.")
    require(len(words) == len(vectors), f"{len(vectors)} vectors must get as many descriptions, not {len(words)}.")
    alone = [embedder.describe(vectors[row : row + 1], Context()) for row in range(len(vectors))]
    different = [row for row, one in enumerate(alone) if one != [words[row]]]
    require(not different, f"A description must not depend on other vectors: vector {different[:1]} has two.")
    require(embedder.describe(vectors[:0], Context()) == [], "No vectors must get no descriptions: [].")


@check("embedder")
def check_text_similarity_has_shape_and_range(make: Make) -> None:
    """`text_similarity` gives float32 [M, N] in [-1, 1]."""
    embedder = make()
    vectors = _lent(_embed(embedder, _items(embedder)))
    found = embedder.text_similarity(QUERIES, vectors, Context())
    require(isinstance(found, np.ndarray), f"`text_similarity` must return an array, not {type(found).__name__}.")
    require(found.dtype == np.float32, f"Similarities must be float32, not {found.dtype}.")
    expected = (len(QUERIES), len(vectors))
    require(found.shape == expected, f"Similarities must have the shape {expected}, not {found.shape}.")
    inside = bool(np.isfinite(found).all()) and bool((np.abs(found) <= 1.0 + UNIT_TOLERANCE).all())
    require(inside, "Similarities must lie in [-1, 1].")


@check("embedder")
def check_text_similarity_follows_texts_and_vectors(make: Make) -> None:
    """Entry [m, n] is text m's and vector n's alone: reversed input gives reversed output."""
    embedder = make()
    vectors = _embed(embedder, _items(embedder))
    found = embedder.text_similarity(QUERIES, vectors, Context())
    turned = embedder.text_similarity(QUERIES[::-1], np.ascontiguousarray(vectors[::-1]), Context())[::-1, ::-1]
    worst = float(np.abs(found - turned).max())
    require(
        worst <= SAME_SIMILARITY, f"Entry [m, n] must be text m's and vector n's alone; reversed it is {worst} off."
    )
    alone = embedder.text_similarity(QUERIES[:1], vectors[:1], Context())
    off = abs(float(alone[0, 0] - found[0, 0]))
    require(off <= SAME_SIMILARITY, f"A similarity must not depend on other texts and vectors; alone it is {off} off.")


@check("embedder")
def check_text_similarity_heeds_the_text(make: Make) -> None:
    """Different texts have different similarities."""
    embedder = make()
    found = embedder.text_similarity(QUERIES, _embed(embedder, _items(embedder)), Context())
    distinct = len(np.unique(np.round(found, 6), axis=0))
    require(distinct == len(QUERIES), f"{len(QUERIES)} different texts must not be answered alike; {distinct} differ.")


CHECKS: tuple[Check, ...] = (
    check_says_what_it_is,
    check_vectors_have_shape_and_dtype,
    check_vectors_are_normalised,
    check_no_items_no_vectors,
    check_rows_follow_items,
    check_batches_do_not_matter,
    check_items_are_told_apart,
    check_same_items_same_bytes,
    check_fingerprint_is_stable,
    check_pickles_small,
    check_every_task_is_taken,
    check_progress_ends_at_one,
    check_cancelling_comes_through,
)
EXTRA_CHECKS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "check": (check_check_leaves_no_trace,),
        "describe": (check_descriptions_follow_vectors,),
        "text_similarity": (
            check_text_similarity_has_shape_and_range,
            check_text_similarity_follows_texts_and_vectors,
            check_text_similarity_heeds_the_text,
        ),
    }
)
