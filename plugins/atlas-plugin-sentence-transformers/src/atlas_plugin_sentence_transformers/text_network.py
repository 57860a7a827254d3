"""NomicBERT, the network of nomic-embed-text: token ids in, one vector per text out."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from atlas_plugin_sentence_transformers.architecture import TextShape
from atlas_plugin_sentence_transformers.blocks import PostNormBlock, Rotation, rotate_halves

__all__ = ["TextNetwork", "text_network"]


class _Embeddings(nn.Module):
    def __init__(self, tokens: int, kinds: int, hidden: int) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(tokens, hidden)
        self.token_type_embeddings = nn.Embedding(kinds, hidden)


class _Encoder(nn.Module):
    def __init__(self, shape: TextShape, inner: int) -> None:
        super().__init__()
        made = (PostNormBlock(shape.hidden, shape.heads, inner, shape.epsilon) for _ in range(shape.layers))
        self.layers = nn.ModuleList(made)


class TextNetwork(nn.Module):
    """BERT with rotary places, gated layers and no biases; see `blocks` for the sources.

    Places of a text longer than `shape.trained_tokens` are stretched by its own length ("dynamic NTK" scaling), so that
    a vector does not depend on the other texts of its batch.
    """

    def __init__(self, shape: TextShape, *, tokens: int, kinds: int, inner: int) -> None:
        super().__init__()
        self.shape = shape
        self.embeddings = _Embeddings(tokens, kinds, shape.hidden)
        self.emb_ln = nn.LayerNorm(shape.hidden, eps=shape.epsilon)
        self.encoder = _Encoder(shape, inner)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the mean of the last states of each text's tokens, float32 [B, D].

        Args:
            ids: int64 [B, L], padded behind.
            lengths: int64 [B], how many of them are tokens.
        """
        present = torch.arange(ids.shape[1], device=ids.device)[None, :] < lengths[:, None]
        kinds = self.embeddings.token_type_embeddings.weight[0]
        states: Tensor = self.emb_ln(self.embeddings.word_embeddings(ids) + kinds)
        rotate, mask = self._rotation(ids.shape[1], lengths, states.dtype), present[:, None, None, :]
        for block in self.encoder.layers:
            states = block(states, rotate, mask)
        kept = states.float() * present[:, :, None]
        return kept.sum(dim=1) / lengths[:, None]

    def _rotation(self, width: int, lengths: Tensor, dtype: torch.dtype) -> Rotation:
        shape, size = self.shape, self.shape.hidden // self.shape.heads
        share = lengths.float() / shape.trained_tokens
        stretch = torch.where(share > 1, shape.rotary_scaling * share - (shape.rotary_scaling - 1), 1.0)
        bases = shape.rotary_base * stretch ** (size / (size - 2))
        steps = torch.arange(0, size, 2, device=lengths.device).float() / size
        speeds = 1.0 / bases[:, None] ** steps
        places = torch.arange(width, device=lengths.device).float()
        angles = (places[None, :, None] * speeds[:, None, :])[:, None]
        cosines, sines = angles.cos().to(dtype), angles.sin().to(dtype)
        return lambda states: rotate_halves(states, cosines, sines)


def text_network(shape: TextShape, weights: Mapping[str, Tensor]) -> TextNetwork:
    """Return the network with some weights. Raises KeyError, RuntimeError if they are those of another network."""
    tokens, kinds = (weights[f"embeddings.{kind}_embeddings.weight"].shape[0] for kind in ("word", "token_type"))
    inner = weights["encoder.layers.0.mlp.fc11.weight"].shape[0]
    with torch.device("meta"):
        network = TextNetwork(shape, tokens=tokens, kinds=kinds, inner=inner)
    # A head for training may be published with the network.
    own = {name: tensor for name, tensor in weights.items() if not name.startswith(("pooler.", "cls."))}
    network.load_state_dict(own, assign=True)
    network.eval()
    return network
