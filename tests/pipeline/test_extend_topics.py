from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from localatlas.pipeline.contracts import check_labels, check_topics
from localatlas.pipeline.extend_topics import extend_topics, vote
from localatlas.protocols import NeighborGraph, TopicLabel, Topics
from localatlas.registry import Entry

ENTRY = Entry("topic model", "x", "", "1", "x:X")
# Depth 1: 0, 1. Depth 2: 2, 3 below 0; 4, 5 below 1. Depth 3: one below each.
PATHS = np.array([[0, 2, 6], [0, 3, 7], [1, 4, 8], [1, 5, 9]], np.int32)


def plain_vote(rows: list[int], distances: list[float], paths: list[list[int]]) -> tuple[list[int], list[float]]:
    """The formula of the module, for one row, in plain Python."""
    beyond = [distance - distances[0] for distance in distances]
    scale = sum(beyond) / len(beyond) or 1.0
    votes = [math.exp(-each / scale) for each in beyond]
    total, alive, won, share = sum(votes), [True] * len(rows), [], []
    for depth in range(3):
        counted: dict[int, float] = {}
        for row, each, there in zip(rows, votes, alive, strict=True):
            if there:
                counted[paths[row][depth]] = counted.get(paths[row][depth], 0.0) + each
        best = max(sorted(counted), key=counted.__getitem__)
        won.append(best)
        share.append(counted[best] / total)
        alive = [there and paths[row][depth] == best for row, there in zip(rows, alive, strict=True)]
    return won, share


@given(st.data())
def test_the_vote_is_the_formula_and_nested(data: st.DataObject) -> None:
    mapped = data.draw(st.integers(1, 12))
    kind = data.draw(st.lists(st.integers(0, 3), min_size=mapped, max_size=mapped))
    count = data.draw(st.integers(1, mapped))
    rows = data.draw(st.permutations(range(mapped)))[:count]
    distances = np.sort(np.array(data.draw(st.lists(st.floats(0, 2, width=32), min_size=count, max_size=count)), "f4"))
    assignment = PATHS[kind]
    won, share = vote(NeighborGraph(np.array([rows], np.int32), distances[None]), assignment)
    wanted, sure = plain_vote(list(rows), distances.astype(np.float64).tolist(), assignment.tolist())
    assert np.allclose(share[0], sure, atol=1e-6)
    if won[0].tolist() != wanted:
        # Two topics with as many votes to the last bit: sums in another order may part them.
        first = next(depth for depth in range(3) if won[0, depth] != wanted[depth])
        assert math.isclose(share[0, first], sure[first], rel_tol=1e-6)
    assert won[0].tolist() in PATHS.tolist()
    assert (np.diff(share[0]) <= 1e-6).all()
    assert (share > 0).all()
    assert (share <= 1).all()


def test_neighbours_that_are_padding_have_no_vote() -> None:
    near = NeighborGraph(np.array([[0, -1, -1]], np.int32), np.array([[0.5, np.inf, np.inf]], np.float32))
    won, share = vote(near, PATHS[[1, 0]])
    assert won.tolist() == [PATHS[1].tolist()]
    assert share.tolist() == [[1.0, 1.0, 1.0]]


def test_many_rows_at_once_are_the_same_as_one_by_one() -> None:
    random = np.random.default_rng(1)
    assignment = PATHS[random.integers(0, 4, 200)]
    indices = random.integers(0, 200, (5000, 15)).astype(np.int32)
    near = NeighborGraph(indices, np.sort(random.uniform(0, 1, (5000, 15)).astype(np.float32), axis=1))
    won, share = vote(near, assignment)
    for row in (0, 4095, 4096, 4999):
        one = vote(NeighborGraph(near.indices[row : row + 1], near.distances[row : row + 1]), assignment)
        assert np.array_equal(won[row], one[0][0])
        assert np.array_equal(share[row], one[1][0])


def topics(assignment: np.ndarray, weights: np.ndarray) -> Topics:
    """The topics of PATHS that some row has."""
    parents = {-1: [0, 1], 0: [2, 3], 1: [4, 5], 2: [6], 3: [7], 4: [8], 5: [9]}
    parent = {child: above for above, children in parents.items() for child in children}
    used = sorted(np.unique(assignment).tolist())
    return Topics(
        topic_id=np.array(used, np.int32),
        depth=np.array([1 if t < 2 else 2 if t < 6 else 3 for t in used], np.int32),
        parent_id=np.array([parent[t] for t in used], np.int32),
        size=np.array([int(weights[(assignment == t).any(axis=1)].sum()) for t in used], np.int64),
        position=np.array([[t, -t] for t in used], np.float32),
        hull=tuple(np.full((3, 2), t, np.float32) for t in used),
        assignment=assignment,
        confidence=np.ones(assignment.shape, np.float32),
        labels={t: TopicLabel(f"topic {t}", f"of {t}", ("word",), (t, t + 100)) for t in used},
    )


def test_topics_stay_with_their_labels_and_are_counted_again() -> None:
    before = topics(PATHS[[0, 1, 2, 3]], np.ones(4, np.int64))
    # Rows of topics 5 and 9 are gone, there is a new row of topic 3.
    assignment, weights = PATHS[[0, 1, 1, 2]], np.array([1, 2, 3, 4], np.int32)
    made = extend_topics(before, assignment, np.ones((4, 3), np.float32), weights, lambda position: position % 100)
    check_topics(ENTRY, made, 4)
    assert made.topic_id.tolist() == [0, 1, 2, 3, 4, 6, 7, 8]
    assert dict(zip(made.topic_id.tolist(), made.size.tolist(), strict=True)) == {
        0: 6, 1: 4, 2: 1, 3: 5, 4: 4, 6: 1, 7: 5, 8: 4
    }  # fmt: skip
    assert made.labels[3].label == "topic 3"
    assert made.labels[3].exemplars == (3,)
    assert made.position[3].tolist() == [3, -3]
    assert made.hull[3][0].tolist() == [3, 3]
    assert 5 not in made.labels


def test_an_exemplar_that_was_deleted_is_left_out() -> None:
    before = topics(PATHS[[0]], np.ones(1, np.int64))
    made = extend_topics(before, PATHS[[0]], np.ones((1, 3), np.float32), np.ones(1, np.int32), lambda _position: -1)
    assert made.labels[0].exemplars == ()
    check_labels(ENTRY, dict(made.labels), made)
