"""Distilling, keeping and using a table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from atlas_plugin_static_embed import StaticEmbed, StaticEmbedOptions, distil
from atlas_plugin_static_embed.spelling import spelled
from atlas_plugin_static_embed.table import load
from atlas_plugin_static_embed.words import counted, cut
from hypothesis import given
from hypothesis import strategies as st
from localatlas import embed
from localatlas.cli import main
from localatlas.errors import InvalidDataError, InvalidOptionError, ModelNotAvailableError
from localatlas.protocols import Context


def embedded(table: str | Path, texts: list[str]) -> np.ndarray:
    return StaticEmbed(StaticEmbedOptions(table=str(table))).embed(texts, Context(), task="search_document")


def test_texts_of_a_kind_lie_together_as_the_distilled_model_has_them(texts: list[str]) -> None:
    distil(texts, "notes", model="kinds", dim=8, progress=False)
    vectors = embed.text(texts, model="static", table="notes", progress=False)["embeddings"]
    alike = vectors @ vectors.T
    kinds = np.arange(len(texts)) % 6
    same = kinds[:, None] == kinds
    assert alike[same].min() > alike[~same].max() + 0.3


def test_a_table_says_what_it_was_made_from(texts: list[str]) -> None:
    table = load(distil(texts, "notes", model="kinds", dim=8, progress=False))
    origin = table.origin
    assert (origin.model, origin.fingerprint, origin.texts, origin.sif) == ("kinds", "kinds-1", 120, 0.1)
    assert 0.5 < origin.variance < 1.0
    assert table.vectors.shape == (len(table.words), 8)
    assert next(iter(table.words)) == "the"


def test_frequent_words_weigh_less(texts: list[str]) -> None:
    table = load(distil(texts, "notes", model="kinds", dim=8, sif=1e-3, progress=False))
    even = load(distil(texts, "even", model="kinds", dim=8, sif=1.0, progress=False))
    lengths, evenly = (np.linalg.norm(each.vectors, axis=1) for each in (table, even))
    the, moon = table.words["the"], table.words["moon"]
    assert lengths[the] / lengths[moon] < 0.5 * evenly[the] / evenly[moon]


def test_the_same_texts_give_the_same_bytes(texts: list[str], tmp_path: Path) -> None:
    paths = [distil(texts, str(tmp_path / f"{n}.npz"), model="kinds", progress=False) for n in range(2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_fingerprint_follows_the_table(texts: list[str], tmp_path: Path) -> None:
    path = distil(texts, str(tmp_path / "one.npz"), model="kinds", progress=False)
    embedder = StaticEmbed(StaticEmbedOptions(table=str(path)))
    before = embedder.fingerprint
    distil(texts[:90], str(path), model="kinds", dim=6, progress=False)
    assert embedder.fingerprint != before
    assert embedder.dim == 6


def test_a_table_that_is_not_there_says_how_to_make_it() -> None:
    with pytest.raises(ModelNotAvailableError, match="looked in: .* Make one: localatlas distil nowhere FILE --text"):
        StaticEmbed(StaticEmbedOptions(table="nowhere")).check()
    with pytest.raises(ModelNotAvailableError, match="no such file"):
        StaticEmbed(StaticEmbedOptions(table="nowhere.npz")).check()


@pytest.mark.parametrize("spoil", [lambda data: data[: len(data) // 2], lambda data: b"no table", lambda data: b""])
def test_a_damaged_table_is_refused(texts: list[str], tmp_path: Path, spoil: object) -> None:
    path = distil(texts, str(tmp_path / "one.npz"), model="kinds", progress=False)
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(InvalidDataError, match="no table of this plugin, or it is damaged"):
        embedded(path, ["coffee"])


@pytest.mark.parametrize(
    ("options", "said"),
    [({"words": 1}, "words=1"), ({"dim": 1}, "dim=1"), ({"sif": 0.0}, "sif=0.0"), ({"min_count": 0}, "min_count=0")],
)
def test_values_out_of_range_are_refused(texts: list[str], options: dict[str, float], said: str) -> None:
    with pytest.raises(InvalidOptionError, match=said):
        distil(texts, "notes", model="kinds", progress=False, **options)  # type: ignore[arg-type]


def test_names_and_texts_that_make_no_table_are_refused(texts: list[str]) -> None:
    with pytest.raises(InvalidOptionError, match="no name of a table"):
        distil(texts, "../up", model="kinds", progress=False)
    with pytest.raises(InvalidDataError, match="1 different words that occur 2 times"):
        distil(["one two", "one"], "few", model="kinds", progress=False)


def test_words_that_are_not_known_go_by_their_spelling(texts: list[str]) -> None:
    path = distil(texts, "notes", model="kinds", dim=8, progress=False)
    found = embedded(path, ["xylophones", "xylophone", "quartz", "!!!", "???"])
    assert found[0] @ found[1] > 0.6 > abs(found[0] @ found[2])
    assert not np.array_equal(found[3], found[4])


def test_the_command_makes_the_table_that_is_taken_by_default(
    texts: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.jsonl"
    file.write_text("\n".join(json.dumps({"note": text}) for text in [*texts, ""]), encoding="utf-8")
    assert main(["distil", "default", str(file), "--text", "note", "--model", "kinds", "--dim", "8"]) == 0
    assert "words of kinds, 8 numbers each" in capsys.readouterr().out
    assert embed.text(["coffee"], model="static", progress=False)["embeddings"].shape == (1, 8)
    assert main(["distil", "default", str(file), "--text", "no"]) == 1
    assert "has no column 'no'; it has note" in " ".join(capsys.readouterr().err.split())


@given(st.text(), st.text())
def test_words_are_cut_alike_whatever_stands_beside_them(left: str, right: str) -> None:
    assert cut(f"{left} ! {right}") == cut(left) + cut(right)


def test_scripts_without_blanks_are_cut_into_letters() -> None:
    assert cut("数字 map, Straße_2") == ["数", "字", "map", "straße", "2"]
    assert counted(["b a", "a c", "c"], words=2, min_count=2) == [("a", 2), ("c", 2)]


@given(st.text(), st.integers(2, 40))
def test_any_word_can_be_spelled(word: str, dim: int) -> None:
    vector = spelled(word, dim)
    assert vector.shape == (dim,)
    assert abs(float(np.linalg.norm(vector)) - 1.0) < 1e-4
