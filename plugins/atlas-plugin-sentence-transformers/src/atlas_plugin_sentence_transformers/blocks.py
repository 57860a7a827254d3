"""What the text and the image network are built of: attention, gated layers, blocks.

Names of parameters are those of the published weights. Sources: Nussbaum et al., "Nomic Embed", 2024, arXiv
2402.01613 (NomicBERT); Vaswani et al., 2017 (attention); Shazeer, 2020, arXiv 2002.05202 (SwiGLU); Su et al., 2021,
arXiv 2104.09864 (rotary position embedding); Fang et al., "EVA-02", 2023, arXiv 2303.11331 (the image network).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = [
    "Attention",
    "GatedMLP",
    "PostNormBlock",
    "PreNormBlock",
    "Rotation",
    "rotate_halves",
    "rotate_pairs",
    "split_heads",
]

Rotation = Callable[[Tensor], Tensor]
"""Turns queries and keys [B, heads, L, D / heads] according to their places."""


class Attention(nn.Module):
    """Self-attention of several heads."""

    def __init__(self, hidden: int, heads: int, *, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.Wqkv = nn.Linear(hidden, 3 * hidden, bias=bias)
        self.out_proj = nn.Linear(hidden, hidden, bias=bias)

    def forward(self, states: Tensor, rotate: Rotation | None, mask: Tensor | None) -> Tensor:
        """Return states [B, L, D]; `mask` [B, 1, 1, L] is true where there is a token."""
        query, key, value = (split_heads(part, self.heads) for part in self.Wqkv(states).chunk(3, dim=-1))
        if rotate is not None:
            query, key = rotate(query), rotate(key)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        joined: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return joined


class GatedMLP(nn.Module):
    """Two layers of which the first is gated by a third: SwiGLU."""

    def __init__(self, hidden: int, inner: int, *, bias: bool, norm: bool = False) -> None:
        super().__init__()
        self.fc11 = nn.Linear(hidden, inner, bias=bias)
        self.fc12 = nn.Linear(hidden, inner, bias=bias)
        self.norm = nn.LayerNorm(inner) if norm else nn.Identity()
        self.fc2 = nn.Linear(inner, hidden, bias=bias)

    def forward(self, states: Tensor) -> Tensor:
        """Return states [B, L, D]."""
        out: Tensor = self.fc2(self.norm(self.fc11(states) * functional.silu(self.fc12(states))))
        return out


class PostNormBlock(nn.Module):
    """A block of the text network: normalised after each sum, as in BERT."""

    def __init__(self, hidden: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()
        self.attn = Attention(hidden, heads, bias=False)
        self.mlp = GatedMLP(hidden, inner, bias=False)
        self.norm1 = nn.LayerNorm(hidden, eps=epsilon)
        self.norm2 = nn.LayerNorm(hidden, eps=epsilon)

    def forward(self, states: Tensor, rotate: Rotation, mask: Tensor) -> Tensor:
        """Return states [B, L, D]."""
        states = self.norm1(states + self.attn(states, rotate, mask))
        out: Tensor = self.norm2(states + self.mlp(states))
        return out


class PreNormBlock(nn.Module):
    """A block of the image network: normalised before each layer, as in ViT."""

    def __init__(self, hidden: int, heads: int, inner: int, epsilon: float, *, norm_mlp: bool) -> None:
        super().__init__()
        self.attn = Attention(hidden, heads, bias=True)
        self.mlp = GatedMLP(hidden, inner, bias=True, norm=norm_mlp)
        self.norm1 = nn.LayerNorm(hidden, eps=epsilon)
        self.norm2 = nn.LayerNorm(hidden, eps=epsilon)

    def forward(self, states: Tensor, rotate: Rotation | None) -> Tensor:
        """Return states [B, L, D]."""
        states = states + self.attn(self.norm1(states), rotate, None)
        out: Tensor = states + self.mlp(self.norm2(states))
        return out


def split_heads(states: Tensor, heads: int) -> Tensor:
    """Return [B, heads, L, D / heads] of [B, L, D]."""
    return states.unflatten(-1, (heads, -1)).transpose(1, 2)


def rotate_halves(states: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Turn pairs of the first and the second half of the last axis; angles are [..., L, half]."""
    first, second = states.chunk(2, dim=-1)
    return torch.cat([first * cosines - second * sines, second * cosines + first * sines], dim=-1)


def rotate_pairs(states: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Turn pairs of neighbours of the last axis; angles are [..., L, half]."""
    even, odd = states[..., 0::2], states[..., 1::2]
    turned = torch.stack([even * cosines - odd * sines, odd * cosines + even * sines], dim=-1)
    return turned.flatten(-2)
