"""The embedder `static`: vectors looked up in a table that was distilled from another embedder."""

from __future__ import annotations

from atlas_plugin_static_embed.distilling import distil
from atlas_plugin_static_embed.embedder import StaticEmbed
from atlas_plugin_static_embed.options import StaticEmbedOptions

__all__ = ["StaticEmbed", "StaticEmbedOptions", "distil"]
