"""Nested topics from the density of a layout and the lent neighbour graph, and phrases that name them."""

from __future__ import annotations

from atlas_plugin_topics.options import PhrasesOptions, TopicOptions
from atlas_plugin_topics.topic_labeler import Phrases
from atlas_plugin_topics.topic_modeler import NomicTopic

__all__ = ["NomicTopic", "Phrases", "PhrasesOptions", "TopicOptions"]
