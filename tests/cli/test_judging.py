from __future__ import annotations

import json

import pytest
from localatlas import AtlasDataset
from localatlas.cli.app import main


def test_every_figure_is_said_in_a_sentence(dataset: AtlasDataset, capsys: pytest.CaptureFixture[str]) -> None:
    dataset.create_index(indexed_field="text", progress=False)
    assert main(["quality", "sample"]) == 0
    said = capsys.readouterr().out
    assert "5 of 5 rows looked at" in said
    assert "nearest on the map" in said
    assert "At depth 2" in said


def test_json_has_the_figures_of_the_python_call(dataset: AtlasDataset, capsys: pytest.CaptureFixture[str]) -> None:
    made = dataset.create_index(indexed_field="text", topic_model=False, progress=False)
    assert main(["quality", "sample", "--sample", "3", "--seed", "5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == made.quality(3, 5).as_dict()


def test_a_dataset_without_maps_is_one_clear_sentence(
    dataset: AtlasDataset, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quality", "sample"]) == 1
    assert "no maps built yet" in " ".join(capsys.readouterr().err.split())
