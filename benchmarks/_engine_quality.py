"""What a map keeps, in figures."""

from __future__ import annotations

import numpy as np
from _page import SEED

# Rows that are asked: for their neighbours, and for their class.
SAMPLE, LABELED = 2_000, 20_000
KEPT = 10
SMALLEST_CLASS = 50
PIXELS, BLUR, INNER, LAND = 512, 6.0, (0.002, 0.998), 0.1


def recall(vectors: np.ndarray, metric: str, found: np.ndarray) -> dict[str, float]:
    """Return the share of the 10 nearest of some rows that are among the first 10 found."""
    asked = np.random.default_rng(SEED).choice(len(vectors), SAMPLE, replace=False)
    far = -vectors[asked] @ vectors.T
    if metric == "euclidean":
        far = 2 * far + np.einsum("ij,ij->i", vectors, vectors)
    far[np.arange(SAMPLE), asked] = np.inf
    true = np.argpartition(far, KEPT, axis=1)[:, :KEPT]
    same = [len(np.intersect1d(*pair)) for pair in zip(true, found[asked, :KEPT], strict=True)]
    return {"recall": float(np.mean(same)) / KEPT}


def figures(vectors: np.ndarray, metric: str, places: np.ndarray, classes: np.ndarray) -> dict[str, float]:
    """Return neighbours kept, trustworthiness, triplets and sea; with classes, how the map agrees with them."""
    from localatlas.quality import measure_quality

    places = np.ascontiguousarray(places, dtype=np.float32)
    seen = measure_quality(vectors, places, metric, sample=SAMPLE, seed=SEED)
    density, cell = _density(places)
    result = {"np": seen.neighbors_kept, "trust": seen.trustworthiness, "triplets": seen.triplets_kept}
    result["sea"] = _sea(density, cell)
    if (classes >= 0).all():
        result |= {"centres": _centres(vectors, places, classes), "labels": _labels(places, classes)}
        result["ami"] = _agreement(density, cell, classes)
    return result


def _labels(places: np.ndarray, classes: np.ndarray) -> float:
    """Share of rows, of `LABELED` at most, whose class most of their 10 nearest on the map have."""
    from scipy.spatial import KDTree

    asked = np.random.default_rng(SEED).choice(len(places), min(LABELED, len(places)), replace=False)
    _, near = KDTree(places).query(places[asked], k=KEPT + 1)
    votes = [np.bincount(classes[row[row != own][:KEPT]]).argmax() for row, own in zip(near, asked, strict=True)]
    return float(np.mean(votes == classes[asked]))


def _centres(vectors: np.ndarray, places: np.ndarray, classes: np.ndarray) -> float:
    """Spearman correlation of the distances between classes, by means of vectors and by medians on the map."""
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr

    names, counts = np.unique(classes, return_counts=True)
    members = [classes == name for name in names[counts >= SMALLEST_CLASS]]
    middle = np.array([np.median(places[rows], axis=0) for rows in members])
    return float(spearmanr(pdist(np.array([vectors[rows].mean(axis=0) for rows in members])), pdist(middle))[0])


def _density(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a blurred picture of the map without its outliers, and the pixel of each row."""
    from scipy.ndimage import gaussian_filter

    low, high = np.quantile(places, INNER, axis=0)
    cell = np.clip((places - low) / (high - low) * PIXELS, 0, PIXELS - 1).astype(int)
    inside = ((places >= low) & (places <= high)).all(axis=1)
    counts = np.zeros((PIXELS, PIXELS))
    np.add.at(counts, tuple(cell[inside].T), 1)
    return gaussian_filter(counts, BLUR / 2), cell


def _sea(density: np.ndarray, cell: np.ndarray) -> float:
    """Share of the land's convex hull that is not land: below a tenth of the median density at the rows."""
    from scipy.spatial import Delaunay

    land = density >= LAND * np.median(density[tuple(cell.T)])
    corners = np.argwhere(land)
    hull = Delaunay(corners).find_simplex(np.argwhere(np.ones_like(land))) >= 0
    return 1 - float(land.sum() / max(int(hull.sum()), 1))


def _agreement(density: np.ndarray, cell: np.ndarray, classes: np.ndarray) -> float:
    """AMI of the classes with the density's basins: every pixel climbs to a peak."""
    from scipy.ndimage import gaussian_filter
    from sklearn.metrics import adjusted_mutual_info_score

    # Two blurs make one of 6 pixels.
    crowd = np.pad(gaussian_filter(density, BLUR * np.sqrt(3) / 2), 1, constant_values=-1)
    numbers = np.arange(crowd.size).reshape(crowd.shape)
    steps = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    around = np.stack([np.roll(crowd, step, (0, 1)) for step in steps])
    names = np.stack([np.roll(numbers, step, (0, 1)) for step in steps])
    up = np.take_along_axis(names, around.argmax(axis=0)[None], axis=0)[0].ravel()
    while (up[up] != up).any():
        up = up[up]
    return float(adjusted_mutual_info_score(classes, up.reshape(crowd.shape)[cell[:, 0] + 1, cell[:, 1] + 1]))
