"""The engine's tables: what was to be shown and whether it is, and everything that was measured."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from _page import versions

Found = dict[str, Any]
Here = dict[tuple[str, int], Found]
OURS, EVEN = "nomic-project", "nomic-project, spread=0"
WIDE = "nomic-project, n_neighbors=20, local_neighborhood_size=128"
UMAP, TSNE, PACMAP = "umap-learn", "openTSNE", "PaCMAP"
LIBRARIES = (UMAP, TSNE, "pacmap", "pynndescent", "scikit-learn", "numba", "numpy")
TEXTS = ("text", "windows")
LARGE = 100_000
LEAST_RECALL, MOST_MEMORY, LEAST_SEA, MOST_WALL = 0.88, 2.0, 0.35, 1 / 1.6
# One thread that waits for longer than this shares its core: walls cannot be compared.
BUSY = 1.2
# Shares of a sample are compared, whose differences have no exact form.
ROUNDING = 1e-9
HEAD = "| what | data | ours | peer | ours to peer | at least | met |"
COLUMNS = {
    "cpu": ("CPU s", ".1f"),
    "wall": ("wall s", ".1f"),
    "peak_mb": ("peak MB", ",.0f"),
    "np": ("NP@10", ".3f"),
    "trust": ("T@15", ".3f"),
    "triplets": ("triplets", ".3f"),
    "centres": ("classes", ".2f"),
    "labels": ("labels", ".3f"),
    "ami": ("AMI", ".3f"),
    "sea": ("sea", ".2f"),
    "recall": ("recall@10", ".3f"),
}


@dataclass(frozen=True)
class Cost:
    """CPU seconds are to be so many times fewer than a peer's, from a size on; above 100,000 rows by another factor."""

    what: str
    ours: str
    peer: str
    factor: float
    large: float | None = None
    smallest: int = 0


@dataclass(frozen=True)
class Kept:
    """A figure is to be so many times the best peer's, or so much more where `times` is None."""

    what: str
    column: str
    ours: str
    peers: tuple[str, ...]
    times: float | None = None
    more: float = 0.0
    everywhere: bool = True


COSTS = (
    Cost("CPU", OURS, UMAP, 8, 10, smallest=50_000),
    Cost("CPU", OURS, TSNE, 20),
    Cost("CPU", OURS, PACMAP, 3, smallest=50_000),
    Cost("CPU from start to layout", f"start of {OURS}", f"start of {UMAP}", 10),
    Cost("CPU of the neighbours", "cells", "pynndescent", 1.25),
)
QUALITIES = (
    Kept("NP@10", "np", OURS, (TSNE,), times=1.0, everywhere=False),
    Kept("NP@10 at `spread=0`", "np", EVEN, (TSNE,), times=1.1, everywhere=False),
    Kept("NP@10", "np", OURS, (UMAP,), times=2.0, everywhere=False),
    Kept("trustworthiness@15", "trust", OURS, (TSNE,), more=-0.002),
    Kept("random triplets", "triplets", OURS, (TSNE,), more=-0.02),
    Kept("distances of classes", "centres", OURS, (TSNE,), more=-0.02),
    Kept("labels of the 10 nearest", "labels", OURS, (UMAP, TSNE, PACMAP), more=-0.01),
    Kept("AMI of density clusters", "ami", OURS, (UMAP, TSNE, PACMAP), more=-0.01),
    Kept(f"AMI at `{WIDE.removeprefix(OURS + ', ')}`", "ami", WIDE, (UMAP, TSNE, PACMAP), more=-0.01, everywhere=False),
)


def page(lines: list[Found]) -> str:
    """Return both tables."""
    runs: dict[tuple[str, int], dict[tuple[str, int], list[Found]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        runs[line["set"], line["rows"]][line["method"], line["threads"]].append(line)
    claims, rows = [], []
    for (name, size), methods in sorted(runs.items()):
        here = {key: _median(methods[key]) for key in sorted(methods)}
        claims += _claims(name, size, here)
        rows += [_row(f"{name} {size:,}", *pair) for pair in here.items()]
    loads = [line["load"] for line in lines] or [0.0]
    titles = " | ".join(title for title, _ in COLUMNS.values())
    parts = [versions(LIBRARIES), f"Load average meanwhile: {min(loads):.1f} to {max(loads):.1f}.\n"]
    parts += ["### What was to be shown\n", HEAD, "|---|---|---|---|---|---|---|", *claims]
    parts += ["\n### All that was measured\n", f"| data | method | threads | runs | {titles} |"]
    return "\n".join([*parts, "|---" * (4 + len(COLUMNS)) + "|", *rows])


def _median(found: list[Found]) -> Found:
    middle = {key: statistics.median(line[key] for line in found) for key in (*COLUMNS, "input_mb") if key in found[0]}
    return middle | {"runs": len(found), "digests": {line.get("digest") for line in found}}


def _row(data: str, key: tuple[str, int], found: Found) -> str:
    cells = [format(found[column], shown) if column in found else "" for column, (_, shown) in COLUMNS.items()]
    return f"| {' | '.join([data, key[0], str(key[1]), str(found['runs']), *cells])} |"


def _claims(name: str, size: int, here: Here) -> list[str]:
    """Return what was to be shown on some data, as far as both sides were measured."""
    data, rows = f"{name} {size:,}", []
    if name in TEXTS:
        rows += [_cost(data, size, cost, here) for cost in COSTS]
        rows += [_memory(data, here) if size > LARGE else "", *_threads(data, here), _sea(data, here)]
    rows += [_kept(data, rule, here) for rule in QUALITIES if rule.everywhere or name in TEXTS]
    return [row for row in rows if row]


def _cost(data: str, size: int, rule: Cost, here: Here) -> str:
    ours, peer = here.get((rule.ours, 1)), here.get((rule.peer, 1))
    if not ours or not peer or size < rule.smallest:
        return ""
    factor = rule.large if rule.large and size > LARGE else rule.factor
    times = peer["cpu"] / ours["cpu"]
    recalls = f", recall {ours['recall']:.3f} and {peer['recall']:.3f}" if "recall" in ours else ""
    met = times >= factor and ours.get("recall", 1.0) >= LEAST_RECALL
    what = f"{rule.what}{recalls}, against {rule.peer.removeprefix('start of ')}"
    return _line(what, data, f"{ours['cpu']:.1f} s", f"{peer['cpu']:.1f} s", f"1/{times:.1f}", f"1/{factor:g}", met)


def _memory(data: str, here: Here) -> str:
    ours = here.get((OURS, 1))
    if not ours:
        return ""
    ratio = ours["peak_mb"] / ours["input_mb"]
    found, given = f"{ours['peak_mb']:,.0f} MB", f"input: {ours['input_mb']:,.0f} MB"
    return _line("peak memory above the input", data, found, given, f"{ratio:.1f}x", "2x", ratio <= MOST_MEMORY)


def _threads(data: str, here: Here) -> list[str]:
    """Return what a second thread changes."""
    one, two = here.get((OURS, 1)), here.get((OURS, 2))
    if not one or not two:
        return []
    ratio, same = two["wall"] / one["wall"], len(one["digests"] | two["digests"]) == 1
    walls = f"{two['wall']:.1f} s", f"{one['wall']:.1f} s", f"1/{1 / ratio:.2f}", "1/1.6"
    wall = _line("wall, 2 threads against 1", data, *walls, ratio <= MOST_WALL)
    if one["wall"] > BUSY * one["cpu"]:
        wall = (
            f"| wall, 2 threads against 1 | {data} | {walls[0]} | {walls[1]} | says nothing: busy | 1/1.6 | not known |"
        )
    return [
        wall,
        _line("bytes, 2 threads and 1", data, "", "", "the same" if same else "others", "the same", same),
    ]


def _sea(data: str, here: Here) -> str:
    ours = here.get((OURS, 1))
    return (
        _line("sea in the hull", data, f"{ours['sea']:.2f}", "", "", "0.35", ours["sea"] >= LEAST_SEA) if ours else ""
    )


def _kept(data: str, rule: Kept, here: Here) -> str:
    ours = here.get((rule.ours, 1), {})
    present = [peer for peer in rule.peers if rule.column in here.get((peer, 1), {})]
    if rule.column not in ours or not present:
        return ""
    best = max(present, key=lambda peer: here[peer, 1][rule.column])
    one, other = ours[rule.column], here[best, 1][rule.column]
    shown = f"{one:.3f}", f"{other:.3f}"
    if rule.times is not None:
        value, least = one / other, rule.times
        return _line(
            f"{rule.what}, against {best}", data, *shown, f"{value:.2f}x", f"{least:.1f}x", value >= least - ROUNDING
        )
    value, least = one - other, rule.more
    return _line(
        f"{rule.what}, against {best}", data, *shown, f"{value:+.4f}", f"{least:+.3f}", value >= least - ROUNDING
    )


def _line(what: str, data: str, ours: str, peer: str, shown: str, least: str, met: bool) -> str:
    return f"| {' | '.join([what, data, ours, peer, shown, least, 'yes' if met else '**no**'])} |"
