"""Topics beside EVoC and BERTopic on data with known classes.

`python benchmarks/topics.py FOLDER [--sets digits fashion ...] [--methods ours evoc evoc-asked bertopic] [--again]
[--write]`

FOLDER holds the sources (see `_topic_sets.py`), what is made of them, and `rows.json`: a row that is there is not
measured again. EVoC and BERTopic are wanted only by their own rows (`pip install evoc`; BERTopic needs no torch:
`pip install --no-deps bertopic`, with hdbscan, umap-learn and plotly). One thread:
OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1. CPU seconds are those of a process that has compiled everything before;
ours are without neighbours and layout, which a map has anyway, the peers' with their own.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from _page import PAGE, write
from _topic_sets import load

SEED = 0
COUNTS = (10, 40, 150)
NEIGHBORS = 15
PLANE_NEIGHBORS = 8
Clusters = list[np.ndarray]


class Data:
    """A set of rows with what a map has: vectors, neighbours, a layout."""

    metric = "cosine"

    def __init__(self, vectors: np.ndarray, texts: list[str] | None, kept: Path | None) -> None:
        from atlas_plugin_neighbors import ExactNeighbors
        from atlas_plugin_nomic_project import NomicProject
        from localatlas.protocols import Context, Layout, NeighborGraph

        self.vectors, self.texts = vectors, texts
        self.weights = np.ones(len(vectors), np.int32)
        if kept is None or not kept.exists():
            found = ExactNeighbors(ExactNeighbors.Options()).build(vectors, NEIGHBORS, "cosine", Context(seed=SEED))
            self.graph = found
            positions = NomicProject(NomicProject.Options()).project(self, Context(seed=SEED)).positions
            if kept is not None:
                np.savez(kept, indices=found.indices, distances=found.distances, positions=positions)
        else:
            stored = np.load(kept)
            self.graph, positions = NeighborGraph(stored["indices"], stored["distances"]), stored["positions"]
        self.layout = Layout(positions)

    def neighbors(self, k: int) -> object:
        """Lend the graph."""
        return self.graph.head(k)


def ours(data: Data) -> Clusters:
    """`nomic-topic`, asked for about 10, 40 and 150 topics."""
    from atlas_plugin_topics import NomicTopic
    from localatlas.protocols import Context

    options = NomicTopic.Options(depths=3, broadest=COUNTS[0], fan_out=(COUNTS[2] / COUNTS[0]) ** 0.5)
    found = NomicTopic(options).fit(data, data.layout, Context(seed=SEED))
    return [np.unique(column, return_inverse=True)[1] for column in found.assignment.T]


def evoc(data: Data) -> Clusters:
    """EVoC's layers with the counts nearest to ours."""
    from evoc import EVoC

    model = EVoC(random_state=SEED)
    model.fit_predict(data.vectors)
    layers = model.cluster_layers_
    return [min(layers, key=lambda layer: abs(np.log(max(layer.max() + 1, 1) / count))) for count in COUNTS]


def evoc_asked(data: Data) -> Clusters:
    """EVoC asked for our counts, one fit each."""
    from evoc import EVoC

    return [EVoC(random_state=SEED, approx_n_clusters=count).fit_predict(data.vectors) for count in COUNTS]


def bertopic(data: Data) -> Clusters:
    """BERTopic's default, reduced to our counts; without texts its default clustering alone, at its own count."""
    if data.texts is None:
        from hdbscan import HDBSCAN
        from umap import UMAP

        flat = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=SEED)
        placed = flat.fit_transform(data.vectors)
        return [HDBSCAN(min_cluster_size=10, cluster_selection_method="eom").fit_predict(placed)]
    from bertopic import BERTopic
    from umap import UMAP

    flat = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=SEED)
    model = BERTopic(umap_model=flat)
    topics, _ = model.fit_transform(data.texts, data.vectors)
    found: Clusters = [np.array(topics)]
    for count in reversed(COUNTS):
        if len(set(found[-1].tolist())) - 1 > count:
            model.reduce_topics(data.texts, nr_topics=count + 1)
            found.append(np.array(model.topics_))
    return found[::-1]


SETS = {
    "debian": "Debian (held out)",
    "mnist": "handwritten digits (held out)",
    "emoji": "emoji (held out)",
    "wordnet": "WordNet",
    "fashion": "Fashion-MNIST",
    "digits": "digits",
}
TITLES = {
    "ours": "`nomic-topic`",
    "evoc": "EVoC, nearest of its layers",
    "evoc-asked": "EVoC, asked for these counts",
    "bertopic": "BERTopic (of pictures, its clusters)",
}
METHODS: dict[str, Callable[[Data], Clusters]] = {
    "ours": ours,
    "evoc": evoc,
    "evoc-asked": evoc_asked,
    "bertopic": bertopic,
}


def measured(data: Data, part: Data | None, method: str, classes: np.ndarray) -> list[dict[str, Any]]:
    """Return what is to be said of each level of a method's topics; `part` holds `sampled` rows, laid out anew."""
    from sklearn.metrics import adjusted_mutual_info_score as ami

    start = time.process_time()
    levels = METHODS[method](data)
    cpu = time.process_time() - start
    again = METHODS[method](part) if part is not None else []
    rows = []
    for level in levels:
        voted = by_vote(level, data.graph.indices)
        rows.append(
            {
                "topics": int(level.max() + 1),
                "placed": float((level >= 0).mean()),
                "ami": float(ami(classes, level)),
                "ami_by_vote": float(ami(classes, voted)),
                "main_land": main_land(voted, data.layout.positions),
                "cpu": cpu,
                "day": time.strftime("%Y-%m-%d"),
            }
        )
        if part is not None:
            # Methods that choose their own counts are compared at the nearest.
            there = min(again, key=lambda other: abs(np.log((other.max() + 1) / (level.max() + 1))))
            kept = sampled(len(level))
            rows[-1]["again"] = float(ami(voted[kept], by_vote(there, part.graph.indices)))
    return rows


def sampled(n: int) -> np.ndarray:
    """Return nine of ten of `n` rows."""
    return np.sort(np.random.default_rng(SEED).permutation(n)[: n * 9 // 10])


def by_vote(level: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Give rows without a topic that of most of their neighbours, again and again while there are any to give."""
    level = level.copy()
    while (level < 0).any():
        without = np.nonzero(level < 0)[0]
        votes = level[near[without]]
        given = [np.bincount(row[row >= 0]).argmax() if (row >= 0).any() else -1 for row in votes]
        if max(given) < 0:
            break
        level[without] = given
    return np.maximum(level, 0)


def main_land(level: np.ndarray, positions: np.ndarray) -> float:
    """Return the share of rows in their topic's largest land, lands being joined by neighbours on the map."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    _, near = KDTree(positions).query(positions, k=PLANE_NEIGHBORS + 1)
    one, other = np.repeat(np.arange(len(level)), PLANE_NEIGHBORS), near[:, 1:].reshape(-1)
    same = level[one] == level[other]
    graph = coo_array((np.ones(same.sum()), (one[same], other[same])), shape=(len(level),) * 2)
    land = connected_components(graph, directed=False)[1]
    lands, sizes = np.unique(np.column_stack([level, land]), axis=0, return_counts=True)
    largest = np.zeros(int(level.max()) + 1)
    np.maximum.at(largest, lands[:, 0], sizes)
    return float(largest.sum() / len(level))


def shown(rows: dict[str, list[dict[str, Any]]]) -> str:
    """Return a table for a page."""
    head = (
        "set | method | topics | rows placed | AMI, rest as a class | AMI by vote | main land | with 90 % | CPU s | day"
    )
    lines = [f"| {head} |", "|---|---|---|---|---|---|---|---|---|---|"]
    for key in (f"{name}/{method}" for name in SETS for method in METHODS):
        levels = rows.get(key, [])
        if not levels:
            continue
        name, method = key.split("/")
        cells = [SETS[name], TITLES[method], " ".join(str(int(level["topics"])) for level in levels)]
        cells += [f"{100 * levels[0]['placed']:.0f} %"]
        cells += [
            " ".join(f"{level[name]:.3f}".removeprefix("0") if name in level else "-" for level in levels)
            for name in ("ami", "ami_by_vote", "main_land", "again")
        ]
        lines.append(f"| {' | '.join(cells)} | {levels[0]['cpu']:.1f} | {levels[0]['day']} |")
    return "\n".join(lines)


def main() -> None:
    """Measure what is missing and print all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--once", nargs="+", default=["bertopic"], help="methods not run again on 90 %% of the rows")
    parser.add_argument("--again", action="store_true", help="measure rows that are there too")
    parser.add_argument("--write", action="store_true", help="put the table into docs/explanation/topics.md")
    options = parser.parse_args()
    kept = options.folder / "rows.json"
    rows = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    digits = load("digits", options.folder)
    for method in options.methods:
        warm = False
        for name in options.sets:
            if f"{name}/{method}" in rows and not options.again:
                continue
            if not warm:
                METHODS[method](Data(digits[0], None, options.folder / "digits.map.npz"))
                warm = True
            vectors, classes, texts = load(name, options.folder)
            data = Data(vectors, texts, options.folder / f"{name}.map.npz")
            part = None
            if method not in options.once:
                rest = sampled(len(vectors))
                fewer = [texts[row] for row in rest] if texts else None
                part = Data(vectors[rest], fewer, options.folder / f"{name}.part.map.npz")
            rows[f"{name}/{method}"] = measured(data, part, method, classes)
            kept.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(shown(rows))
    if options.write:
        write("topics", shown(rows), PAGE.parent / "topics.md")


if __name__ == "__main__":
    main()
