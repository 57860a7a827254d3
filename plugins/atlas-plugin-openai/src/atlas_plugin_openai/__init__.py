"""The embedder `openai`: vectors from any service that speaks the OpenAI protocol."""

from __future__ import annotations

from atlas_plugin_openai.embedder import OpenAI
from atlas_plugin_openai.options import OpenAIOptions

__all__ = ["OpenAI", "OpenAIOptions"]
