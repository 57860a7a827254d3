"""The topic labeler `llm`: names from any chat model that speaks the OpenAI protocol."""

from __future__ import annotations

from atlas_plugin_llm_labels.options import LLMLabelsOptions
from atlas_plugin_llm_labels.topic_labeler import LabelNotice, LLMLabels

__all__ = ["LLMLabels", "LLMLabelsOptions", "LabelNotice"]
