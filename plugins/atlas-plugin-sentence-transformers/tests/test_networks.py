"""The networks compute what the published ones do: compared with transformers' own class and with plain numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from atlas_plugin_sentence_transformers.architecture import text_shape, vision_shape
from atlas_plugin_sentence_transformers.loading import load_text_network, load_vision_network
from nomic_weights import HEADS, HIDDEN, INNER, LAYERS, Weights, write_text_model, write_vision_model
from numpy.typing import NDArray
from transformers import NomicBertConfig, NomicBertModel

Array = NDArray[np.float64]
TEXTS = [[2, 9, 30, 31, 3], [2, 40, 3], [2, *range(20, 60), 3]]


def text_vectors(folder: Path, texts: list[list[int]], precision: str = "float32") -> NDArray[np.float32]:
    network = load_text_network(folder, "cpu", precision)
    lengths = torch.tensor([len(ids) for ids in texts])
    padded = torch.nn.utils.rnn.pad_sequence([torch.tensor(ids) for ids in texts], batch_first=True)
    with torch.inference_mode():
        return network(padded, lengths).numpy()


@pytest.fixture
def text_model(tmp_path: Path) -> tuple[Path, Weights]:
    return tmp_path / "text", write_text_model(tmp_path / "text")


def test_texts_are_what_transformers_makes_of_them(text_model: tuple[Path, Weights]) -> None:
    folder, weights = text_model
    config = NomicBertConfig(
        vocab_size=len(weights["embeddings.word_embeddings.weight"]),
        hidden_size=HIDDEN,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=INNER,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
    )
    theirs = NomicBertModel.from_pretrained(folder, config=config).eval()
    padded = torch.nn.utils.rnn.pad_sequence([torch.tensor(ids) for ids in TEXTS], batch_first=True)
    mask = torch.tensor([[int(place < len(ids)) for place in range(padded.shape[1])] for ids in TEXTS])
    with torch.inference_mode():
        states = theirs(input_ids=padded, attention_mask=mask).last_hidden_state
    expected = (states * mask[:, :, None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)
    np.testing.assert_allclose(text_vectors(folder, TEXTS), expected.numpy(), atol=2e-6)


def test_texts_are_what_numpy_makes_of_them(text_model: tuple[Path, Weights]) -> None:
    folder, weights = text_model
    expected = np.array([numpy_text(weights, ids, base=1000.0) for ids in TEXTS])
    np.testing.assert_allclose(text_vectors(folder, TEXTS), expected, atol=2e-6)


@pytest.mark.parametrize("scaling", [None, 3.0])
def test_places_stretch_beyond_the_lengths_of_the_training(tmp_path: Path, scaling: float | None) -> None:
    changes = {"max_trained_positions": 16} | ({"rotary_scaling_factor": scaling} if scaling else {})
    weights = write_text_model(tmp_path / "text", **changes)
    size = HIDDEN // HEADS
    bases = []
    for ids in TEXTS:
        stretch = (scaling or 2.0) * len(ids) / 16 - ((scaling or 2.0) - 1)
        bases.append(1000.0 * stretch ** (size / (size - 2)) if len(ids) > 16 else 1000.0)
    assert len(set(bases)) == 2
    expected = np.array([numpy_text(weights, ids, base) for ids, base in zip(TEXTS, bases, strict=True)])
    np.testing.assert_allclose(text_vectors(tmp_path / "text", TEXTS), expected, atol=2e-6)


def test_sixteen_bits_give_nearly_the_same(text_model: tuple[Path, Weights]) -> None:
    exact, rough = (text_vectors(text_model[0], TEXTS, precision) for precision in ("float32", "bfloat16"))
    assert rough.dtype == np.float32
    cosines = (exact * rough).sum(axis=1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(rough, axis=1)
    assert cosines.min() > 0.999
    assert not np.array_equal(exact, rough)


@pytest.mark.parametrize("changes", [{}, {"use_rotary_pos_emb": False}, {"ref_feat_shape": [2, 2]}])
def test_images_are_what_numpy_makes_of_them(tmp_path: Path, changes: dict[str, Any]) -> None:
    weights = write_vision_model(tmp_path / "vision", **changes)
    pixels = np.random.default_rng(1).normal(size=(3, 3, 32, 32)).astype(np.float32)
    with torch.inference_mode():
        found = load_vision_network(tmp_path / "vision", "cpu", "float32")(torch.from_numpy(pixels)).numpy()
    reference = 2 if changes.get("ref_feat_shape") else 4
    rotary = changes.get("use_rotary_pos_emb", True)
    expected = np.array([numpy_vision(weights, image, rotary=rotary, reference=reference) for image in pixels])
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_field_names_of_both_kinds_are_read(tmp_path: Path) -> None:
    write_text_model(tmp_path / "old")
    names = {"n_embd": None, "n_layer": None, "n_head": None, "rotary_emb_base": None, "layer_norm_epsilon": None}
    new: dict[str, object] = {"hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS}
    new |= {"layer_norm_eps": 1e-12, "rope_parameters": {"rope_theta": 1000.0}, "hidden_act": "silu"}
    write_text_model(tmp_path / "new", **names, **new)
    assert text_shape(tmp_path / "old") == text_shape(tmp_path / "new")


def test_what_a_configuration_leaves_out_is_as_published(tmp_path: Path) -> None:
    left_out = dict.fromkeys(("rotary_emb_base", "layer_norm_epsilon", "n_positions", "max_trained_positions"))
    write_text_model(tmp_path / "text", **left_out)
    shape = text_shape(tmp_path / "text")
    assert (shape.rotary_base, shape.epsilon, shape.tokens, shape.trained_tokens) == (1000.0, 1e-12, 8192, 2048)
    write_vision_model(tmp_path / "vision", layer_norm_epsilon=None, ref_feat_shape=None)
    vision = vision_shape(tmp_path / "vision")
    assert (vision.epsilon, vision.reference, vision.grid) == (1e-6, 4, 4)


def numpy_text(weights: Weights, ids: list[int], base: float) -> Array:
    """NomicBERT after its paper, for one text, in float64."""
    w = {name: tensor.astype(np.float64) for name, tensor in weights.items()}
    size, places = HIDDEN // HEADS, np.arange(len(ids))
    angles = places[:, None] / base ** (np.arange(0, size, 2) / size)
    turn = np.exp(1j * angles)

    def rotate(x: Array) -> Array:
        half = size // 2
        turned = (x[..., :half] + 1j * x[..., half:]) * turn
        return np.concatenate([turned.real, turned.imag], axis=-1)

    x = norm(
        w["embeddings.word_embeddings.weight"][ids] + w["embeddings.token_type_embeddings.weight"][0],
        w,
        "emb_ln",
        1e-12,
    )
    for layer in range(LAYERS):
        name = f"encoder.layers.{layer}"
        x = norm(x + attention(x, w, f"{name}.attn", rotate), w, f"{name}.norm1", 1e-12)
        x = norm(x + gated(x, w, f"{name}.mlp"), w, f"{name}.norm2", 1e-12)
    return x.mean(axis=0)


def numpy_vision(weights: Weights, pixels: NDArray[np.float32], *, rotary: bool, reference: int) -> Array:
    """The image network after its paper, for one image, in float64."""
    w = {name: tensor.astype(np.float64) for name, tensor in weights.items()}
    grid, patch, size = 4, 8, HIDDEN // HEADS
    bands = 1 / 10_000 ** (np.arange(size // 4) / (size // 4))
    scaled = np.arange(grid) * reference / grid
    angles = [np.concatenate([row * bands, column * bands]) for row in scaled for column in scaled]
    turn = np.exp(1j * np.array(angles))

    def rotate(x: Array) -> Array:
        out = x.copy()
        turned = (x[:, 1:, 0::2] + 1j * x[:, 1:, 1::2]) * turn
        out[:, 1:, 0::2], out[:, 1:, 1::2] = turned.real, turned.imag
        return out

    rows = [
        pixels[:, y : y + patch, x : x + patch].reshape(-1) for y in range(0, 32, patch) for x in range(0, 32, patch)
    ]
    x = np.concatenate([w["embeddings.cls_token"][0], linear(np.array(rows), w, "embeddings.proj")])
    x = x + w["embeddings.pos_embed"][0]
    for layer in range(LAYERS):
        name = f"layers.{layer}"
        inner = norm(x, w, f"{name}.norm1", 1e-6)
        x = x + attention(inner, w, f"{name}.attn", rotate if rotary else lambda states: states)
        x = x + gated(norm(x, w, f"{name}.norm2", 1e-6), w, f"{name}.mlp")
    query = heads(linear(w["selector.attn.latent"][0], w, "selector.attn.Wq"))
    key, value = (heads(part) for part in np.split(linear(x, w, "selector.attn.Wkv"), 2, axis=-1))
    pooled = linear(joined(softmax(query, key) @ value), w, "selector.attn.out_proj")
    return (pooled + gated(norm(pooled, w, "selector.norm1", 1e-6), w, "selector.mlp"))[0]


def linear(x: Array, w: dict[str, Array], name: str) -> Array:
    return x @ w[f"{name}.weight"].T + w.get(f"{name}.bias", np.zeros(()))


def norm(x: Array, w: dict[str, Array], name: str, epsilon: float) -> Array:
    centered = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + epsilon)
    return centered / spread * w[f"{name}.weight"] + w[f"{name}.bias"]


def gated(x: Array, w: dict[str, Array], name: str) -> Array:
    gate = linear(x, w, f"{name}.fc12")
    inner = linear(x, w, f"{name}.fc11") * gate / (1 + np.exp(-gate))
    return linear(norm(inner, w, f"{name}.norm", 1e-5) if f"{name}.norm.weight" in w else inner, w, f"{name}.fc2")


def heads(x: Array) -> Array:
    return x.reshape(len(x), HEADS, -1).swapaxes(0, 1)


def joined(x: Array) -> Array:
    return x.swapaxes(0, 1).reshape(x.shape[1], -1)


def softmax(query: Array, key: Array) -> Array:
    scores = query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1])
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def attention(x: Array, w: dict[str, Array], name: str, rotate: Any) -> Array:
    query, key, value = (heads(part) for part in np.split(linear(x, w, f"{name}.Wqkv"), 3, axis=-1))
    return linear(joined(softmax(rotate(query), rotate(key)) @ value), w, f"{name}.out_proj")
