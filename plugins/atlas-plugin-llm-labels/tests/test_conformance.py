"""`llm` does what every labeler must, asking a model on this machine."""

from __future__ import annotations

import atexit
import importlib.util
from pathlib import Path

import pytest
from atlas_plugin_llm_labels import LLMLabels
from localatlas.testing import conformance
from model_service import running

SPEC = importlib.util.spec_from_file_location("chat_model", Path(__file__).with_name("conftest.py"))
assert SPEC is not None
assert SPEC.loader is not None
MODEL = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MODEL)

pytestmark = pytest.mark.filterwarnings("ignore::atlas_plugin_llm_labels.topic_labeler.LabelNotice")

# The kit wants the options when tests are collected; the services are threads that do nothing until they are asked.
RUNNING = [running(reply=MODEL.by_keywords), running(reply=lambda _: "I cannot help with that.")]
GOOD, BAD = (service.__enter__() for service in RUNNING)
for each in RUNNING:
    atexit.register(each.__exit__, None, None, None)

test_conformance = conformance(LLMLabels, options={"base_url": GOOD.base_url, "topics_per_request": 2})
test_nonsense = conformance(LLMLabels, options={"base_url": BAD.base_url}, skip={"import_is_light": "tried above"})
