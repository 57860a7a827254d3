"""The embedders pass the conformance kit, on small random weights of their architectures."""

from __future__ import annotations

from atlas_plugin_sentence_transformers import CLIP, NomicText, NomicTextV1, NomicVision, NomicVisionV1
from localatlas.testing import conformance

test_text = conformance(NomicText, options={"batch_size": 3})
test_shortened_text = conformance(NomicText, options={"batch_size": 3, "dimensionality": 24, "long_text_mode": "mean"})
test_text_v1 = conformance(NomicTextV1, options={"batch_size": 3})
test_vision = conformance(NomicVision, options={"batch_size": 3})
test_clip = conformance(CLIP, options={"batch_size": 3, "model_name": "someone/small-clip"})
test_vision_v1 = conformance(NomicVisionV1, options={"batch_size": 3})
