"""The shapes of NomicBERT networks, read from their config.json: old field names (GPT-2's) and new ones (BERT's)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localatlas.errors import ModelNotAvailableError

from atlas_plugin_sentence_transformers.weights import configuration

__all__ = ["TextShape", "VisionShape", "text_shape", "vision_shape"]

# What the published configurations leave to the code that they were written for.
ROTARY_BASE = 1000.0
TRAINED_TOKENS = 2048
TOKENS = 8192
# The model card of nomic-embed-text-v1.5 reads up to 8,192 tokens with this factor.
ROTARY_SCALING = 2.0
TEXT_EPSILON = 1e-12
VISION_EPSILON = 1e-6


@dataclass(frozen=True)
class TextShape:
    """A text network.

    Attributes:
        hidden: the width of its states, and of its vectors.
        layers: how many blocks.
        heads: attention heads of a block.
        epsilon: of the layer norms.
        rotary_base: of the rotary position embedding.
        trained_tokens: the longest text of its training; longer ones stretch the rotary embedding.
        rotary_scaling: how far they stretch it.
        tokens: the longest text it reads.
    """

    hidden: int
    layers: int
    heads: int
    epsilon: float
    rotary_base: float
    trained_tokens: int
    rotary_scaling: float
    tokens: int


@dataclass(frozen=True)
class VisionShape:
    """An image network.

    Attributes:
        hidden: the width of its states, and of its vectors.
        layers: how many blocks.
        heads: attention heads of a block.
        epsilon: of the layer norms.
        side: of the square image, in pixels.
        patch: side of a patch, in pixels.
        rotary: whether the places of patches are told by rotation too.
        reference: patches along a side for which the rotation was made.
    """

    hidden: int
    layers: int
    heads: int
    epsilon: float
    side: int
    patch: int
    rotary: bool
    reference: int

    @property
    def grid(self) -> int:
        """Patches along a side."""
        return self.side // self.patch


def text_shape(folder: Path) -> TextShape:
    """Read the shape of a text network. Raises ModelNotAvailableError if config.json describes another kind."""
    config = configuration(folder)
    rope = config.get("rope_parameters") or {}
    wanted = {"prenorm": False, "rotary_emb_interleaved": False, "rotary_emb_fraction": 1.0, "num_experts": 0}
    _check(folder, config, {**wanted, "activation_function": "swiglu", "hidden_act": "silu"})
    return TextShape(
        **_common(folder, config, TEXT_EPSILON),
        rotary_base=float(_first(config, "rotary_emb_base", "rope_theta") or rope.get("rope_theta") or ROTARY_BASE),
        trained_tokens=int(config.get("max_trained_positions") or TRAINED_TOKENS),
        rotary_scaling=float(config.get("rotary_scaling_factor") or ROTARY_SCALING),
        tokens=int(config.get("n_positions") or TOKENS),
    )


def vision_shape(folder: Path) -> VisionShape:
    """Read the shape of an image network. Raises ModelNotAvailableError if config.json describes another kind."""
    config = configuration(folder)
    wanted = {"prenorm": True, "register_tokens": 0, "no_cls_token": False, "no_embed_class": False, "num_channels": 3}
    _check(folder, config, {**wanted, "rotary_emb_fraction": 0.0, "activation_function": "swiglu", "global_pool": None})
    side, patch = int(_needed(folder, config, "img_size")), int(_needed(folder, config, "patch_size"))
    reference = config.get("ref_feat_shape") or side // patch
    return VisionShape(
        **_common(folder, config, VISION_EPSILON),
        side=side,
        patch=patch,
        rotary=bool(config.get("use_rotary_pos_emb")),
        reference=int(reference[0] if isinstance(reference, list) else reference),
    )


def _common(folder: Path, config: Mapping[str, Any], epsilon: float) -> dict[str, Any]:
    return {
        "hidden": int(_needed(folder, config, "n_embd", "hidden_size")),
        "layers": int(_needed(folder, config, "n_layer", "num_hidden_layers")),
        "heads": int(_needed(folder, config, "n_head", "num_attention_heads")),
        "epsilon": float(_first(config, "layer_norm_epsilon", "layer_norm_eps") or epsilon),
    }


def _first(config: Mapping[str, Any], *names: str) -> Any:
    return next((config[name] for name in names if config.get(name) is not None), None)


def _needed(folder: Path, config: Mapping[str, Any], *names: str) -> Any:
    found = _first(config, *names)
    if found is None:
        raise _another_kind(folder, f"it has no {names[0]!r}")
    return found


def _check(folder: Path, config: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for name, value in wanted.items():
        # What a configuration leaves out is as it should be; null and 0 both say that there is none.
        if name in config and (config[name] or None) != (value or None):
            raise _another_kind(folder, f"{name} is {config[name]!r} instead of {value!r}")


def _another_kind(folder: Path, fault: str) -> ModelNotAvailableError:
    return ModelNotAvailableError(
        f"{folder / 'config.json'} describes another network than NomicBERT ({fault}), and nothing was embedded; "
        "give the folder of the model that was named, or name the model that is in it"
    )
