"""The default text embedder: Universal Sentence Encoder, multilingual, offline, without torch."""

from __future__ import annotations

from atlas_plugin_text.embedder import UniversalSentenceEncoder
from atlas_plugin_text.options import UniversalSentenceEncoderOptions

__all__ = ["UniversalSentenceEncoder", "UniversalSentenceEncoderOptions"]
