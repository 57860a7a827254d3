"""What a topic modeler and a topic labeler must do."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout, TopicLabel, Topics
from localatlas.testing.check import Check, Make, check
from localatlas.testing.example import ArrayIndex, ProgressLog, cancelling, clusters
from localatlas.testing.kit import require

__all__ = ["CHECKS"]

ROWS = 300
SEED = 7
# Topics of the deepest depth must be of one cluster each, but for this share of the rows.
IMPURE_SHARE = 0.05


def _layout(n: int, seed: int = 0) -> Layout:
    """Return round islands in the plane for the clusters of `clusters(n)`: row i lies on island i % 3."""
    generator = np.random.default_rng(seed)
    corners = np.array([[0.0, 0.0], [10.0, 0.0], [5.0, 9.0]])
    positions = corners[np.arange(n) % 3] + generator.normal(size=(n, 2))
    return Layout(positions.astype(np.float32))


def _index(modeler: Any, n: int, weights: NDArray[np.integer] | None = None) -> ArrayIndex:
    """Return an index of three clusters that lends as many neighbours as the modeler said it needs."""
    return ArrayIndex(clusters(n), weights=weights, lent=modeler.neighbors_needed(n))


def _fit(
    make: Make, n: int = ROWS, *, layout: Layout | None = None, weights: NDArray[np.integer] | None = None
) -> Topics:
    modeler = make()
    topics: Topics = modeler.fit(_index(modeler, n, weights), layout or _layout(n), Context(seed=SEED))
    return topics


def _require_array(name: str, array: Any, dtype: type[np.generic], shape: tuple[int, ...]) -> None:
    require(isinstance(array, np.ndarray), f"`{name}` must be an array, not {type(array).__name__}.")
    require(array.dtype == dtype, f"`{name}` must be {np.dtype(dtype)}, not {array.dtype}.")
    require(array.shape == shape, f"`{name}` must have shape {shape}, not {array.shape}.")


def _require_form(topics: Topics, n: int) -> None:
    require(isinstance(topics, Topics), f"`fit` must return Topics, not {type(topics).__name__}.")
    count, depths = len(topics.topic_id), topics.depths
    require(count > 0, "There must be at least one topic.")
    require(depths > 0, "There must be at least one depth.")
    for name, dtype in (("topic_id", np.int32), ("depth", np.int32), ("parent_id", np.int32), ("size", np.int64)):
        _require_array(name, getattr(topics, name), dtype, (count,))
    _require_array("position", topics.position, np.float32, (count, 2))
    _require_array("assignment", topics.assignment, np.int32, (n, depths))
    _require_array("confidence", topics.confidence, np.float32, (n, depths))
    require(bool(np.isfinite(topics.position).all()), "`position` must be finite.")
    within = bool(((topics.confidence >= 0) & (topics.confidence <= 1)).all())
    require(within, "`confidence` must lie in 0 to 1.")
    require(len(topics.hull) == count, f"`hull` must have one polygon a topic ({count}), not {len(topics.hull)}.")
    for number, hull in enumerate(topics.hull):
        fits = hull.dtype == np.float32 and hull.shape[1:] == (2,) and bool(np.isfinite(hull).all())
        require(fits, f"`hull[{number}]` must be finite float32 [V, 2].")


def _require_nested(topics: Topics, weights: NDArray[np.integer]) -> None:
    ids, order = topics.topic_id.tolist(), np.lexsort((topics.topic_id, topics.depth))
    require(len(set(ids)) == len(ids) and min(ids) >= 0, "`topic_id` must be unique and not negative.")
    require(bool((order == np.arange(len(ids))).all()), "Topics must be ordered by depth, then by `topic_id`.")
    place = {topic: number for number, topic in enumerate(ids)}
    for level in range(topics.depths):
        column = topics.assignment[:, level].tolist()
        unknown = sorted(set(column) - set(ids))
        require(not unknown, f"Rows are assigned to topics that are not there: {unknown[:5]}.")
        rows = np.array([place[topic] for topic in column])
        require(
            bool((topics.depth[rows] == level + 1).all()),
            f"Column {level} of `assignment` must hold depth {level + 1}.",
        )
        parents = np.full(len(column), -1) if level == 0 else topics.assignment[:, level - 1]
        nested = bool((topics.parent_id[rows] == parents).all())
        require(nested, f"A row's topic at depth {level + 1} must be a child of its topic at depth {level}.")
        sizes = np.bincount(rows, weights=weights, minlength=len(ids))[topics.depth == level + 1]
        true = bool((sizes == topics.size[topics.depth == level + 1]).all())
        require(true, f"`size` at depth {level + 1} must be the sum of the weights of the topic's rows.")


@check("topic_model")
def check_topics_have_their_form(make: Make) -> None:
    """Arrays have the dtypes and shapes that `Topics` states, from no more neighbours than `neighbors_needed` said."""
    _require_form(_fit(make), ROWS)


@check("topic_model")
def check_every_row_is_placed_and_nested(make: Make) -> None:
    """Every row has a topic at every depth, each the child of the one above, and sizes add up."""
    _require_nested(_fit(make), np.ones(ROWS, np.int64))


@check("topic_model")
def check_sizes_count_weights(make: Make) -> None:
    """A row that stands for several counts as several."""
    weights = np.random.default_rng(0).integers(1, 9, ROWS)
    _require_nested(_fit(make, weights=weights), weights)


@check("topic_model")
def check_topics_follow_clusters(make: Make) -> None:
    """Three islands far apart share no topic at the deepest depth, but for strays."""
    finest = _fit(make).assignment[:, -1]
    impure = 0
    for topic in np.unique(finest):
        counts = np.bincount(np.flatnonzero(finest == topic) % 3, minlength=3)
        impure += int(counts.sum() - counts.max())
    message = f"of {ROWS} rows on three islands, {impure} share a deepest topic with most rows of another island"
    require(impure <= IMPURE_SHARE * ROWS, f"Topics must follow the clusters: {message}.")


@check("topic_model")
def check_few_rows(make: Make) -> None:
    """Indices of 1, 2, 3 and 10 rows have topics."""
    for n in (1, 2, 3, 10):
        topics = _fit(make, n)
        _require_form(topics, n)
        _require_nested(topics, np.ones(n, np.int64))


@check("topic_model")
def check_all_rows_in_one_place(make: Make) -> None:
    """A layout whose rows all lie in one place has topics."""
    topics = _fit(make, 60, layout=Layout(np.full((60, 2), 3.0, np.float32)))
    _require_form(topics, 60)
    _require_nested(topics, np.ones(60, np.int64))


@check("topic_model")
def check_same_seed_same_bytes(make: Make) -> None:
    """The same index, layout and seed give the same topics."""
    first, second = _fit(make), _fit(make)
    for name in ("topic_id", "parent_id", "size", "position", "assignment", "confidence"):
        equal = getattr(first, name).tobytes() == getattr(second, name).tobytes()
        require(equal, f"Two runs with the same seed differ in `{name}`.")


@check("topic_model")
def check_memory_mapped_input(make: Make) -> None:
    """Vectors in a read-only file give the same topics as vectors in memory."""
    modeler = make()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = modeler.fit(_index(modeler, ROWS).mapped(Path(folder)), _layout(ROWS), Context(seed=SEED))
    require(np.array_equal(found.assignment, _fit(make).assignment), "A memory-mapped index must give the same topics.")


@check("topic_model")
def check_progress_ends_at_one(make: Make) -> None:
    """Progress is reported, never goes back, and ends at 1."""
    modeler, log = make(), ProgressLog()
    modeler.fit(_index(modeler, ROWS), _layout(ROWS), Context(seed=SEED, report=log))
    fractions = log.fractions
    require(fractions, "`fit` must report its progress with context.progress(fraction, message).")
    require(fractions[-1] == 1.0, f"The last progress report must be 1, not {fractions[-1]}.")
    require(fractions == sorted(fractions), f"Progress must never go back: {fractions}.")


@check("topic_model")
def check_cancelling_comes_through(make: Make) -> None:
    """What `context.progress` raises to cancel the build is not caught."""
    modeler = make()
    try:
        modeler.fit(_index(modeler, ROWS), _layout(ROWS), cancelling())
    except BuildCancelled:
        return
    message = "`fit` must let through what context.progress raises (BuildCancelled)."
    raise AssertionError(message)


WORDS = (
    ("coffee", "roast", "beans", "espresso", "strong cup"),
    ("puppy", "leash", "kennel", "walk", "good dog"),
    ("rocket", "orbit", "launch", "telescope", "far planet"),
)


def _spoken_topics(n: int) -> Topics:
    """Return one topic of all rows over three of n / 3 rows each: row i is in topic 1 + i % 3."""
    below = np.arange(n) % 3 + 1
    return Topics(
        topic_id=np.arange(4, dtype=np.int32),
        depth=np.array([1, 2, 2, 2], np.int32),
        parent_id=np.array([-1, 0, 0, 0], np.int32),
        size=np.array([n, *np.bincount(below, minlength=4)[1:]], np.int64),
        position=np.zeros((4, 2), np.float32),
        hull=tuple(np.zeros((0, 2), np.float32) for _ in range(4)),
        assignment=np.stack([np.zeros(n), below], axis=1).astype(np.int32),
        confidence=np.ones((n, 2), np.float32),
    )


def _texts(n: int) -> list[str | None]:
    """Return texts of the words of row i's topic."""
    generator = np.random.default_rng(0)
    return [" ".join(generator.permutation(WORDS[row % 3])[:4]) for row in range(n)]


def _label(make: Make, texts: list[str | None]) -> dict[int, TopicLabel]:
    n = len(texts)
    labels: dict[int, TopicLabel] = make().label(_spoken_topics(n), ArrayIndex(clusters(n), texts), Context(seed=SEED))
    return labels


def _require_labels(labels: dict[int, TopicLabel], n: int) -> None:
    topics = _spoken_topics(n)
    require(
        set(labels) == set(topics.topic_id.tolist()), f"Every topic needs a label, and only they: {sorted(labels)}."
    )
    names = [label.label for label in labels.values()]
    require(all(isinstance(name, str) and name.strip() for name in names), f"No label may be blank: {names}.")
    require(len(set(names)) == len(names), f"Labels must be unique within the map: {names}.")
    for topic, label in labels.items():
        own = np.flatnonzero((topics.assignment == topic).any(axis=1))
        strays = sorted(set(label.exemplars) - set(own.tolist()))
        require(not strays, f"Exemplars of topic {topic} must be rows of it, but {strays} are not.")
        words = all(isinstance(word, str) and word for word in label.keywords)
        require(words, f"Keywords of topic {topic} must be words: {label.keywords}.")


@check("topic_labeler")
def check_every_topic_has_its_own_label(make: Make) -> None:
    """A label per topic id, unique, with keywords and exemplars of the topic."""
    _require_labels(_label(make, _texts(60)), 60)


@check("topic_labeler")
def check_labels_come_from_the_texts(make: Make) -> None:
    """A topic's label or keywords hold a word that its texts have and its siblings' texts have not."""
    for topic, label in _label(make, _texts(60)).items():
        said = " ".join([label.label, label.description, *label.keywords]).lower()
        own = {word for phrase in WORDS[topic - 1] for word in phrase.split()}
        require(topic == 0 or any(word in said for word in own), f"Nothing of topic {topic}'s texts is in {said!r}.")


@check("topic_labeler")
def check_rows_without_text(make: Make) -> None:
    """Topics get unique labels also where some, or all, rows have no text."""
    _require_labels(_label(make, [None] * 30), 30)
    _require_labels(_label(make, [text if row % 2 else None for row, text in enumerate(_texts(30))]), 30)
    _require_labels(_label(make, ["same words everywhere"] * 30), 30)


@check("topic_labeler")
def check_labels_are_the_same_again(make: Make) -> None:
    """Two runs with one seed give the same labels."""
    require(
        _label(make, _texts(60)) == _label(make, _texts(60)), "The same topics and texts must give the same labels."
    )


CHECKS: tuple[Check, ...] = (
    check_every_topic_has_its_own_label,
    check_labels_come_from_the_texts,
    check_rows_without_text,
    check_labels_are_the_same_again,
    check_topics_have_their_form,
    check_every_row_is_placed_and_nested,
    check_sizes_count_weights,
    check_topics_follow_clusters,
    check_few_rows,
    check_all_rows_in_one_place,
    check_same_seed_same_bytes,
    check_memory_mapped_input,
    check_progress_ends_at_one,
    check_cancelling_comes_through,
)
