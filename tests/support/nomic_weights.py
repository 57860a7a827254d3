"""Small random weights of the architectures of nomic-embed-text and nomic-embed-vision, as the hub keeps them.

Names and shapes of the tensors, and the fields of config.json, are those of the published models.
"""

from __future__ import annotations

import json
import string
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Weights", "write_text_model", "write_vision_model"]

Weights = dict[str, NDArray[np.float32]]
LAYERS, HEADS, HIDDEN, INNER = 2, 4, 32, 48
UNKNOWN = "[UNK]"
MARKS = ("[PAD]", UNKNOWN, "[CLS]", "[SEP]", "[MASK]")
WORDS = ("search", "document", "query", "classification", "clustering", "the", "a", "of", "and", "to", "in", "is")


def write_text_model(folder: Path, seed: int = 7, **changes: object) -> Weights:
    """Write a text model into a new folder and return its tensors; `changes` go to its configuration."""
    folder.mkdir(parents=True)
    words = _write_tokenizer(folder)
    draw = _Drawing(seed)
    draw.table("embeddings.word_embeddings.weight", words, HIDDEN)
    draw.table("embeddings.token_type_embeddings.weight", 2, HIDDEN)
    draw.norm("emb_ln", HIDDEN)
    for layer in range(LAYERS):
        name = f"encoder.layers.{layer}"
        draw.table(f"{name}.attn.Wqkv.weight", 3 * HIDDEN, HIDDEN)
        draw.table(f"{name}.attn.out_proj.weight", HIDDEN, HIDDEN)
        draw.norm(f"{name}.norm1", HIDDEN)
        draw.gated(f"{name}.mlp", bias=False)
        draw.norm(f"{name}.norm2", HIDDEN)
    config = {
        "model_type": "nomic_bert",
        "architectures": ["NomicBertModel"],
        "activation_function": "swiglu",
        "prenorm": False,
        "rotary_emb_base": 1000,
        "rotary_emb_fraction": 1.0,
        "rotary_emb_interleaved": False,
        "layer_norm_epsilon": 1e-12,
        "n_positions": 8192,
        "max_trained_positions": 2048,
        "vocab_size": words,
        "type_vocab_size": 2,
    }
    _write(folder, draw.weights, config | _sizes() | changes)
    return draw.weights


def write_vision_model(folder: Path, seed: int = 8, **changes: object) -> Weights:
    """Write an image model of 32 pixels in patches of 8 and return its tensors; `changes` go to its configuration."""
    folder.mkdir(parents=True)
    side, patch, draw = 32, 8, _Drawing(seed)
    draw.array("embeddings.cls_token", 1, 1, HIDDEN)
    draw.array("embeddings.pos_embed", 1, (side // patch) ** 2 + 1, HIDDEN)
    draw.linear("embeddings.proj", 3 * patch**2, HIDDEN)
    for layer in range(LAYERS):
        name = f"layers.{layer}"
        draw.linear(f"{name}.attn.Wqkv", HIDDEN, 3 * HIDDEN)
        draw.linear(f"{name}.attn.out_proj", HIDDEN, HIDDEN)
        draw.norm(f"{name}.norm1", HIDDEN)
        draw.gated(f"{name}.mlp", bias=True)
        draw.norm(f"{name}.mlp.norm", INNER)
        draw.norm(f"{name}.norm2", HIDDEN)
    draw.array("selector.attn.latent", 1, 1, HIDDEN)
    draw.linear("selector.attn.Wq", HIDDEN, HIDDEN)
    draw.linear("selector.attn.Wkv", HIDDEN, 2 * HIDDEN)
    draw.linear("selector.attn.out_proj", HIDDEN, HIDDEN)
    draw.norm("selector.norm1", HIDDEN)
    draw.gated("selector.mlp", bias=True)
    config = {
        "model_type": "nomic_bert",
        "architectures": ["NomicVisionModel"],
        "activation_function": "swiglu",
        "prenorm": True,
        "norm_mlp": True,
        "rotary_emb_fraction": 0.0,
        "use_rotary_pos_emb": True,
        "ref_feat_shape": [side // patch, side // patch],
        "layer_norm_epsilon": 1e-6,
        "img_size": side,
        "patch_size": patch,
        "num_channels": 3,
    }
    # The published file has a real number here.
    _write(folder, draw.weights, config | _sizes() | {"n_inner": float(INNER)} | changes)
    pixels = {"do_center_crop": False, "size": {"height": side, "width": side}, "resample": 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(pixels), encoding="utf-8")
    return draw.weights


class _Drawing:
    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self.weights: Weights = {}

    def array(self, name: str, *shape: int) -> None:
        self.weights[name] = self._random.normal(size=shape).astype(np.float32)

    def table(self, name: str, rows: int, columns: int) -> None:
        self.weights[name] = (self._random.normal(size=(rows, columns)) / np.sqrt(columns)).astype(np.float32)

    def linear(self, name: str, inputs: int, outputs: int) -> None:
        self.table(f"{name}.weight", outputs, inputs)
        self.array(f"{name}.bias", outputs)

    def norm(self, name: str, width: int) -> None:
        self.array(f"{name}.bias", width)
        self.weights[f"{name}.weight"] = (1 + 0.2 * self._random.normal(size=width)).astype(np.float32)

    def gated(self, name: str, *, bias: bool) -> None:
        for part, inputs, outputs in (("fc11", HIDDEN, INNER), ("fc12", HIDDEN, INNER), ("fc2", INNER, HIDDEN)):
            self.table(f"{name}.{part}.weight", outputs, inputs)
            if bias:
                self.array(f"{name}.{part}.bias", outputs)


def _sizes() -> dict[str, object]:
    return {"n_embd": HIDDEN, "n_head": HEADS, "n_layer": LAYERS, "n_inner": INNER}


def _write(folder: Path, weights: Weights, config: dict[str, object]) -> None:
    from safetensors.numpy import save_file

    save_file(weights, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")


def _write_tokenizer(folder: Path) -> int:
    """Write a word-piece tokenizer that knows a few words and all letters; return how many tokens it has."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = string.ascii_lowercase + string.digits
    words = [*MARKS, *WORDS, *letters, *(f"##{letter}" for letter in letters), *string.punctuation]
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [("[CLS]", numbers["[CLS]"]), ("[SEP]", numbers["[SEP]"])]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    # As the published tokenizer does: what it says about length is not what the model is for.
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=16)
    tokenizer.save(str(folder / "tokenizer.json"))
    return len(words)
