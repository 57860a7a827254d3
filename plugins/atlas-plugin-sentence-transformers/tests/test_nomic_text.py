"""What the text embedders promise beyond the conformance kit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from atlas_plugin_sentence_transformers import NomicText, NomicTextV1, nomic_text
from atlas_plugin_sentence_transformers.loading import load_text_network
from localatlas.errors import AtlasTypeError, InvalidOptionError, ModelNotAvailableError
from localatlas.models import SupportsFetch, SupportsRelease, SupportsTokenCount
from localatlas.protocols import Context, Embedder, SupportsCheck, SupportsWarmup
from numpy.typing import NDArray
from tokenizers import Tokenizer

TEXTS = ["the red dog", "a", "in the document of the query and to the end is a dog " * 3, "cats"]


def make(model: type[NomicTextV1] = NomicText, **options: Any) -> NomicTextV1:
    return model(model.Options(**options))


def embed(
    texts: list[str], task: Any = "search_document", model: Any = NomicText, **options: Any
) -> NDArray[np.float32]:
    return make(model, **options).embed(texts, Context(), task=task)


def pooled(folder: Path, text: str) -> NDArray[np.float32]:
    """The plain mean of a text's last states, with the tokenizer's own marks."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    ids = torch.tensor([tokenizer.encode(text).ids])
    with torch.inference_mode():
        return load_text_network(folder, "cpu", "float32")(ids, torch.tensor([ids.shape[1]])).numpy()[0]


@pytest.mark.parametrize("model", [NomicText, NomicTextV1])
def test_satisfies_the_protocols(model: type[NomicTextV1]) -> None:
    for protocol in (Embedder, SupportsCheck, SupportsWarmup, SupportsFetch, SupportsTokenCount, SupportsRelease):
        assert isinstance(make(model), protocol)
    make(model).warmup()


@pytest.mark.parametrize("task", ["search_document", "search_query", "classification", "clustering"])
def test_the_task_is_a_prefix(small_models: Path, task: str) -> None:
    raw = pooled(small_models / "nomic-embed-text-v1", f"{task}: the red dog")
    np.testing.assert_allclose(embed(["the red dog"], task, NomicTextV1)[0], raw / np.linalg.norm(raw), atol=1e-6)


def test_version_one_and_a_half_is_layer_normalised_then_cut(small_models: Path) -> None:
    raw = torch.from_numpy(pooled(small_models / "nomic-embed-text-v1.5", "search_document: the red dog"))
    for width in (None, 24, 8):
        layered = torch.nn.functional.layer_norm(raw, raw.shape)[:width]
        expected = torch.nn.functional.normalize(layered, dim=0).numpy()
        np.testing.assert_allclose(embed(["the red dog"], dimensionality=width)[0], expected, atol=1e-6)


def test_batches_of_about_one_length_give_rows_in_order() -> None:
    one_by_one = np.concatenate([embed([text]) for text in TEXTS])
    for size in (1, 2, 3, 32):
        np.testing.assert_allclose(embed(TEXTS, batch_size=size), one_by_one, atol=1e-6)


def test_the_limit_is_the_models_not_the_tokenizers() -> None:
    # The tokenizer's file says 16, as that of the published model says less than the model reads.
    long, longer = "dog " * 40, "dog " * 40 + "cats"
    assert not np.allclose(embed([long]), embed([longer]), atol=1e-6)
    np.testing.assert_array_equal(embed([long], max_tokens=24), embed([longer], max_tokens=24))


def test_a_long_text_is_read_in_parts_of_which_each_has_the_prefix() -> None:
    # "search_document: " is four tokens; with two marks, parts of 10 tokens have room for 4.
    text = "the dog is a dog of the cats"
    counted = make(max_tokens=16, long_text_mode="mean")
    assert counted.count_tokens(["the the the", "a " * 25]) == 9 + (16 + 16 + 11)
    whole = embed([text, "a"], model=NomicTextV1, max_tokens=16, long_text_mode="mean")
    np.testing.assert_allclose(whole[1], embed(["a"], model=NomicTextV1)[0], atol=1e-6)


def test_the_mean_goes_over_the_tokens_of_all_parts(small_models: Path) -> None:
    words = ["the", "and", "of"] * 5
    folder = small_models / "nomic-embed-text-v1"
    parts = [" ".join(words[:10]), " ".join(words[10:])]
    states = [pooled(folder, f"search_document: {part}") for part in parts]
    mean = (states[0] * 16 + states[1] * 11) / 27
    found = embed([" ".join(words)], model=NomicTextV1, max_tokens=16, long_text_mode="mean")[0]
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-6)
    cut = embed([" ".join(words)], model=NomicTextV1, max_tokens=16)[0]
    np.testing.assert_allclose(cut, states[0] / np.linalg.norm(states[0]), atol=1e-6)


def test_tokens_are_counted_as_they_are_read() -> None:
    assert make().count_tokens(["the dog", "a"]) == (6 + 1 + 3) + (6 + 1)
    assert make(max_tokens=16).count_tokens(["the " * 50]) == 16


@pytest.mark.parametrize("text", ["\ud800 lone", "\x00", "   ", "ﷺ" * 9, "中文", "🙂"])
def test_odd_texts_are_embedded(text: str) -> None:
    assert np.linalg.norm(embed([text])[0]) == pytest.approx(1, abs=1e-5)


def test_every_option_that_changes_vectors_is_in_the_fingerprint() -> None:
    changes: list[dict[str, Any]] = [{}, {"dimensionality": 16}, {"max_tokens": 64}, {"precision": "bfloat16"}]
    changes += [{"long_text_mode": "mean"}]
    prints = [make(**change).fingerprint for change in changes] + [make(NomicTextV1).fingerprint]
    assert len(set(prints)) == len(prints)
    assert make(batch_size=2, device="cpu").fingerprint == make().fingerprint
    assert make(max_tokens=8192).fingerprint == make().fingerprint


def test_other_weights_in_the_same_folder_are_another_model(tmp_path: Path) -> None:
    from nomic_weights import write_text_model

    write_text_model(tmp_path / "model", seed=1)
    before = make(model_path=str(tmp_path / "model"))
    fingerprint, vectors = before.fingerprint, before.embed(["the dog"], Context(), task="search_query")
    other = write_text_model(tmp_path / "other", seed=2)
    assert other
    (tmp_path / "other" / "model.safetensors").replace(tmp_path / "model" / "model.safetensors")
    assert before.fingerprint != fingerprint
    assert not np.array_equal(before.embed(["the dog"], Context(), task="search_query"), vectors)


def test_the_network_is_loaded_once_and_released() -> None:
    from atlas_plugin_sentence_transformers import loading

    folder = make().source.folder()
    first = load_text_network(folder, "cpu", "float32")
    assert load_text_network(folder, "cpu", "float32") is first
    loading.release()
    assert load_text_network(folder, "cpu", "float32") is not first


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"dimensionality": 33}, InvalidOptionError, "dimensionality=33: 'nomic-embed-text-v1.5' has 32 dimensions"),
        ({"device": "cuda"}, InvalidOptionError, "device='cuda': torch 2.* finds .* on this machine"),
        ({"model_path": "/not/there"}, ModelNotAvailableError, "model_path='/not/there' holds no weights.*such folder"),
    ],
)
def test_what_cannot_work_is_told_before_work(options: dict[str, Any], error: type[Exception], words: str) -> None:
    if options.get("device") == "cuda" and torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(error, match=words):
        make(**options).check()


def test_few_dimensions_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nomic_text, "SHORTEST_TRAINED", 16)
    with pytest.warns(UserWarning, match="dimensionality=8: .*was trained for 16 dimensions or more"):
        make(dimensionality=8).check()
    make().check()


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(AtlasTypeError, match="item 1 is of type bytes"):
        make().embed(["fine", b"no"], Context(), task="search_query")  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prenorm": True}, "prenorm is True instead of False"),
        ({"activation_function": "gelu"}, "activation_function is 'gelu'"),
        ({"num_experts": 8}, "num_experts is 8 instead of 0"),
        ({"rotary_emb_fraction": 0.5}, "rotary_emb_fraction is 0.5"),
        ({"n_embd": None}, "it has no 'n_embd'"),
    ],
)
def test_another_kind_of_network_is_named(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    from nomic_weights import write_text_model

    write_text_model(tmp_path / "model", **changes)
    with pytest.raises(ModelNotAvailableError, match=f"another network than NomicBERT .{words}"):
        make(model_path=str(tmp_path / "model")).check()


def spoil(folder: Path, name: str) -> None:
    path = folder / name
    if name == "model.safetensors":
        path.write_bytes(path.read_bytes()[:1000])
    elif name == "config.json":
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"n_layer": 3}), "utf-8")
    else:
        path.write_text("{", encoding="utf-8")


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_damaged_files_are_named(tmp_path: Path, name: str) -> None:
    from nomic_weights import write_text_model

    write_text_model(tmp_path / "model")
    spoil(tmp_path / "model", name)
    with pytest.raises(ModelNotAvailableError, match="fetch (it|them) again"):
        embed(["the dog"], model_path=str(tmp_path / "model"))


def test_a_torn_configuration_is_named(tmp_path: Path) -> None:
    from nomic_weights import write_text_model

    write_text_model(tmp_path / "model")
    (tmp_path / "model" / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelNotAvailableError, match=r"config\.json is damaged"):
        make(model_path=str(tmp_path / "model")).check()


def test_weights_may_lie_in_several_files(tmp_path: Path) -> None:
    from nomic_weights import write_text_model
    from safetensors.numpy import save_file

    weights = write_text_model(tmp_path / "model")
    expected = embed(["the dog"], model_path=str(tmp_path / "model"))
    (tmp_path / "model" / "model.safetensors").unlink()
    # A head that training leaves behind is no part of the network.
    names = sorted(weights)
    save_file({name: weights[name] for name in names[:9]}, tmp_path / "model" / "model-1.safetensors")
    rest = {name: weights[name] for name in names[9:]} | {"pooler.dense.bias": np.zeros(3, dtype=np.float32)}
    save_file(rest, tmp_path / "model" / "model-2.safetensors")
    np.testing.assert_array_equal(embed(["the dog"], model_path=str(tmp_path / "model")), expected)
