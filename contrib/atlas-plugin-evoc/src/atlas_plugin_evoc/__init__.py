"""The topic modeler `evoc`: nested topics from the layers of EVoC."""

from __future__ import annotations

from atlas_plugin_evoc.options import EVoCOptions
from atlas_plugin_evoc.topic_modeler import EVoCTopics

__all__ = ["EVoCOptions", "EVoCTopics"]
