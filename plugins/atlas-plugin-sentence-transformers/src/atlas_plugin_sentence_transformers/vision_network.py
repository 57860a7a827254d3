"""The network of nomic-embed-vision: pixels in, one vector per image out."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from atlas_plugin_sentence_transformers.architecture import VisionShape
from atlas_plugin_sentence_transformers.blocks import GatedMLP, PreNormBlock, Rotation, rotate_pairs, split_heads

__all__ = ["VisionNetwork", "vision_network"]

ROTARY_BASE = 10_000.0
CHANNELS = 3


class _Patches(nn.Module):
    def __init__(self, shape: VisionShape) -> None:
        super().__init__()
        self.patch = shape.patch
        self.proj = nn.Linear(CHANNELS * shape.patch**2, shape.hidden)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, shape.hidden))
        self.pos_embed = nn.Parameter(torch.zeros(1, shape.grid**2 + 1, shape.hidden))

    def forward(self, pixels: Tensor) -> Tensor:
        """Return states [B, 1 + patches, D] of pixels [B, 3, side, side]."""
        patches = functional.unfold(pixels, self.patch, stride=self.patch).transpose(1, 2)
        states = torch.cat([self.cls_token.expand(len(pixels), -1, -1), self.proj(patches)], dim=1)
        return states + self.pos_embed


class _LatentAttention(nn.Module):
    """One learned query over all states."""

    def __init__(self, hidden: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.Wq = nn.Linear(hidden, hidden)
        self.Wkv = nn.Linear(hidden, 2 * hidden)
        self.latent = nn.Parameter(torch.zeros(1, 1, hidden))
        self.out_proj = nn.Linear(hidden, hidden)

    def forward(self, states: Tensor) -> Tensor:
        """Return [B, 1, D]."""
        query = split_heads(self.Wq(self.latent.expand(len(states), -1, -1)), self.heads)
        key, value = (split_heads(part, self.heads) for part in self.Wkv(states).chunk(2, dim=-1))
        mixed = functional.scaled_dot_product_attention(query, key, value)
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return out


class _Selector(nn.Module):
    """Pools all states into one."""

    def __init__(self, shape: VisionShape, inner: int) -> None:
        super().__init__()
        self.attn = _LatentAttention(shape.hidden, shape.heads)
        self.mlp = GatedMLP(shape.hidden, inner, bias=True)
        self.norm1 = nn.LayerNorm(shape.hidden, eps=shape.epsilon)

    def forward(self, states: Tensor) -> Tensor:
        """Return [B, D]."""
        pooled = self.attn(states)
        out: Tensor = (pooled + self.mlp(self.norm1(pooled)))[:, 0]
        return out


class VisionNetwork(nn.Module):
    """A vision transformer with learned and rotary places and pooling by attention; see `blocks` for the sources."""

    def __init__(self, shape: VisionShape, *, inner: int, selector_inner: int, norm_mlp: bool) -> None:
        super().__init__()
        self.shape = shape
        self.embeddings = _Patches(shape)
        size = (shape.hidden, shape.heads, inner, shape.epsilon)
        self.layers = nn.ModuleList(PreNormBlock(*size, norm_mlp=norm_mlp) for _ in range(shape.layers))
        self.selector = _Selector(shape, selector_inner)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return float32 [B, D] of pixels [B, 3, side, side], normalised as the model wants them."""
        states: Tensor = self.embeddings(pixels)
        rotate = self._rotation(states) if self.shape.rotary else None
        for block in self.layers:
            states = block(states, rotate)
        out: Tensor = self.selector(states)
        return out.float()

    def _rotation(self, like: Tensor) -> Rotation:
        """Return what turns the patches, a half of each head by row and a half by column; not the first token."""
        shape = self.shape
        bands = shape.hidden // shape.heads // 4
        speeds = 1.0 / ROTARY_BASE ** (torch.arange(bands, device=like.device).float() / bands)
        places = torch.arange(shape.grid, device=like.device).float() * shape.reference / shape.grid
        grid = torch.stack(torch.meshgrid(places, places, indexing="ij"), dim=-1)
        angles = (grid[..., None] * speeds).reshape(shape.grid**2, 2 * bands)
        cosines, sines = angles.cos().to(like.dtype), angles.sin().to(like.dtype)

        def rotate(states: Tensor) -> Tensor:
            first, patches = states[:, :, :1], states[:, :, 1:]
            return torch.cat([first, rotate_pairs(patches, cosines, sines)], dim=2)

        return rotate


def vision_network(shape: VisionShape, weights: Mapping[str, Tensor]) -> VisionNetwork:
    """Return the network with some weights. Raises KeyError, RuntimeError if they are those of another network."""
    inner = weights["layers.0.mlp.fc11.weight"].shape[0]
    selector = weights["selector.mlp.fc11.weight"].shape[0]
    norm = "layers.0.mlp.norm.weight" in weights
    with torch.device("meta"):
        network = VisionNetwork(shape, inner=inner, selector_inner=selector, norm_mlp=norm)
    network.load_state_dict(dict(weights), assign=True)
    network.eval()
    return network
