"""The nomic-embed models, CLIP, MiniLM, GTE and any other sentence embedder of the Hugging Face hub, on torch."""

from __future__ import annotations

from atlas_plugin_sentence_transformers.clip import CLIP
from atlas_plugin_sentence_transformers.nomic_text import NomicText, NomicTextV1
from atlas_plugin_sentence_transformers.nomic_vision import NomicVision, NomicVisionV1
from atlas_plugin_sentence_transformers.sentence_transformer import MiniLM, MultilingualGTE, SentenceTransformers

__all__ = [
    "CLIP",
    "MiniLM",
    "MultilingualGTE",
    "NomicText",
    "NomicTextV1",
    "NomicVision",
    "NomicVisionV1",
    "SentenceTransformers",
]
