"""Images from the first blob to a searched map, with the default plugins."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from localatlas import AtlasDataset, configure
from localatlas.errors import InvalidDataError
from PIL import Image, ImageDraw

pytestmark = [pytest.mark.plugins, pytest.mark.slow]

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
COUNT = 150


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> object:
    """A home of the test's own."""
    configure(home=str(tmp_path / "home"))
    yield
    configure(home=None)


def digits() -> tuple[np.ndarray, list[str]]:
    found = sklearn.datasets.load_digits()
    return (255 - found.images[:COUNT] * 255 / 16).astype(np.uint8), [WORDS[digit] for digit in found.target[:COUNT]]


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def test_images_without_options_become_a_map() -> None:
    pixels, which = digits()
    dataset = AtlasDataset("digits")
    dataset.add_data(blobs=[*pixels[:-2], None, pixels[0]])
    atlas_map = dataset.create_index(progress=False)
    places = atlas_map.embeddings.df
    assert (dataset.modality, dataset.total_datums, len(places)) == ("image", COUNT, COUNT)
    assert places.x.isna().tolist() == [row == COUNT - 2 for row in range(COUNT)]
    apart = np.abs(places[["x", "y"]].iloc[0] - places[["x", "y"]].iloc[-1]).max()
    assert apart < 0.01, "equal images lie on one place, but for what keeps both in sight"
    assert not atlas_map.topics.metadata.empty
    nearest, _ = atlas_map.embeddings.vector_search(ids=list(range(20)), k=4)
    agree = [which[row] == which[query] for query, rows in enumerate(nearest) for row in rows[1:] if row < COUNT - 2]
    assert np.mean(agree) > 0.6
    assert atlas_map.embeddings.search(Image.fromarray(pixels[3]), k=1)[0] == [[3]]


def test_a_label_column_wins_over_the_names_of_classes() -> None:
    pixels, which = digits()
    dataset = AtlasDataset("labelled", unique_id_field="id")
    dataset.add_data([{"id": f"d{row}", "written": word} for row, word in enumerate(which)], blobs=pixels)
    labelled = dataset.create_index(topic_model={"topic_label_field": "written"}, progress=False)
    broad = {label for label in labelled.topics.df["topic_depth_1"] if not label.startswith("Topic ")}
    assert broad
    assert all(set(label.replace("·", " ").split()) <= set(WORDS) for label in broad)


def test_images_beside_vectors_of_their_own_give_two_maps() -> None:
    pixels, which = digits()
    dataset = AtlasDataset("both", unique_id_field="id")
    rows = [{"id": f"d{row}", "written": word} for row, word in enumerate(which)]
    dataset.add_data(rows, embeddings=pixels.reshape(COUNT, -1).astype(np.float32), blobs=pixels)
    own = dataset.create_index(indexed_field="written", progress=False)
    seen = dataset.create_index(name="seen", modality="image", topic_model=False, progress=False)
    assert own.embeddings.latent.shape == (COUNT, 64)
    assert seen.embeddings.latent.shape == (COUNT, 1280)


def test_words_find_images_and_duplicates_are_found() -> None:
    shapes = []
    for number in range(40):
        image = Image.new("RGB", (96, 96), "white")
        ImageDraw.Draw(image).ellipse((10, 10, 60 + number // 2, 60 + number // 2), fill=(200, 5 * number, 60))
        shapes.append(png(image))
    photos = sorted((Path(sklearn.datasets.__file__).parent / "images").glob("*.jpg"))
    dataset = AtlasDataset("words")
    dataset.add_data(blobs=[*shapes, *map(str, photos)])
    atlas_map = dataset.create_index(topic_model=False, duplicate_detection=True, progress=False)
    (found,), (distances,) = atlas_map.embeddings.search("a temple or a palace", k=1)
    assert found == [40], "the photograph of a Chinese pavilion"
    assert 0 < distances[0] < 1
    assert 0 < len(atlas_map.duplicates.deletion_candidates()) <= 40


def test_pictures_that_were_saved_anew_are_duplicates_with_all_that_is_promised_of_them() -> None:
    pixels, _ = digits()
    photos = [Image.open(path) for path in sorted((Path(sklearn.datasets.__file__).parent / "images").glob("*.jpg"))]
    versions = [[png(photo), jpeg(photo), png(photo.resize((600, 400))), png(photo)] for photo in photos]
    blobs = [*versions[0], *pixels[:4], *versions[1]]
    dataset = AtlasDataset("saved-anew")
    dataset.add_data(blobs=blobs)
    made = dataset.create_index(topic_model=False, duplicate_detection={"duplicate_cutoff": 0.1}, progress=False)
    classes, group = (made.duplicates.df[name].to_numpy() for name in ("duplicate_class", "cluster_id"))
    assert classes[[0, 1, 2, 3]].tolist() == ["retention candidate", *["deletion candidate"] * 3]
    assert len(set(group[:4])) == len(set(group[8:])) == 1
    assert group[0] != group[8]
    # The promises: a row that goes is near the one of its group that stays, and no two that stay are near.
    latent = made.embeddings.latent.astype(np.float64)
    apart = 1.0 - latent @ latent.T / np.outer(*[np.linalg.norm(latent, axis=1)] * 2)
    kept = np.flatnonzero(classes != "deletion candidate")
    owner = {group[row]: row for row in kept}
    assert all(apart[row, owner[group[row]]] <= 0.1 + 1e-3 for row in range(len(blobs)))
    assert (apart[np.ix_(kept, kept)] + 3 * np.eye(len(kept)) > 0.1 - 1e-3).all()


def test_a_batch_with_one_bad_image_changes_nothing() -> None:
    pixels, _ = digits()
    dataset = AtlasDataset("refused")
    with pytest.raises(InvalidDataError, match="row 2 "):
        dataset.add_data(blobs=[pixels[0], pixels[1], b"no image"])
    assert dataset.total_datums == 0
