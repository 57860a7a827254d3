from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from localatlas import AtlasDataset
from localatlas.indices import AtlasProjection
from localatlas.showing import COLORS, HEIGHT, POINTS, WIDTH, picture

HOSTILE = "<script>alert('x')</script> & \"more\""


def parsed(html: str) -> ET.Element:
    """Return the HTML as a tree; what was not escaped would not parse."""
    return ET.fromstring(html)  # noqa: S314  our own output


def dots(svg: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h0", svg)]


def test_a_dataset_shows_its_rows_columns_and_maps(dataset: AtlasDataset) -> None:
    empty = parsed(dataset._repr_html_())
    told = " ".join(empty.itertext())
    assert "Sample" in told
    assert "7 rows, 3 columns: id, text, n" in told
    assert "no maps yet" in told
    dataset.create_index(name="first", indexed_field="text", progress=False)
    card = parsed(dataset._repr_html_())
    told = " ".join(card.itertext())
    assert "first done, 6 points" in " ".join(told.split())
    assert "localatlas open local/sample" in told
    assert len(list(card.iter("svg"))) == 1


def test_a_map_shows_its_status_and_how_to_open_it(dataset: AtlasDataset) -> None:
    made = dataset.create_index(name="first", indexed_field="text", progress=False)
    told = " ".join(parsed(made._repr_html_()).itertext())
    assert f"localatlas open {made.map_link}" in told
    assert str(made) == f"first: {made.map_link}"


def test_everything_is_escaped(components: str) -> None:
    made = AtlasDataset("x", description=HOSTILE)
    made.add_data([{HOSTILE: f"word{n}"} for n in range(3)])
    made.create_index(name=HOSTILE, indexed_field=HOSTILE, progress=False)
    for html in (made._repr_html_(), made.maps[0]._repr_html_()):
        assert "<script" not in html
        assert HOSTILE in " ".join(parsed(html).itertext())


def test_it_needs_no_network(dataset: AtlasDataset) -> None:
    dataset.create_index(indexed_field="text", progress=False)
    assert not re.search(r"https?:|url\(|<script|<link|<img|@import", dataset._repr_html_())


def test_a_build_that_failed_is_shown_with_its_error(dataset: AtlasDataset) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dataset.create_index(name="left", indexed_field="text", progress=stop)
    from localatlas.pipeline import jobs

    (job,) = jobs.jobs(dataset._store)
    left = AtlasProjection(dataset, dataset._store, job.map_id)
    told = " ".join(parsed(left._repr_html_()).itertext())
    assert "left" in told
    assert "cancelled" in told
    assert "open with" not in told


def test_many_points_are_sampled_and_the_same_each_time(components: str) -> None:
    made = AtlasDataset("many")
    vectors = np.random.default_rng(0).normal(size=(POINTS + 500, 3)).astype(np.float32)
    made.add_data(embeddings=vectors)
    projection = made.create_index(topic_model=False, duplicate_detection=False, progress=False)
    svg = picture(projection.stored)
    drawn = dots(svg)
    assert len(drawn) == POINTS
    assert svg == picture(made.maps[0].stored)
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in drawn)
    assert len(svg) < 40_000


def test_points_are_coloured_by_broad_topic_and_deleted_ones_are_gone(dataset: AtlasDataset) -> None:
    made = dataset.create_index(indexed_field="text", progress=False)
    svg = picture(made.stored)
    assert svg.count("<path") == made.topics.metadata.query("depth == 1").shape[0]
    assert COLORS[0] in svg
    dataset.delete_data(["r1"])
    assert len(dots(picture(made.stored))) == len(dots(svg)) - 1
    dataset.delete_data([f"r{n}" for n in (0, 2, 3, 4, 5)])
    assert picture(made.stored) == ""
    assert "<svg" not in made._repr_html_()


def test_one_point_is_drawn_in_the_middle(components: str) -> None:
    made = AtlasDataset("one")
    made.add_data([{"text": "alone"}])
    svg = picture(made.create_index(indexed_field="text", progress=False).stored)
    assert dots(svg) == [(WIDTH // 2, HEIGHT // 2)]
