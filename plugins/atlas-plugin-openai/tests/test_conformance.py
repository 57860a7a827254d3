"""`openai` does what every embedder must, asking a service on this machine."""

from __future__ import annotations

import atexit

from atlas_plugin_openai import OpenAI
from localatlas.testing import conformance
from model_service import running

# The kit wants the options when tests are collected; the service is a thread that does nothing until it is asked.
RUNNING = running()
SERVICE = RUNNING.__enter__()
atexit.register(RUNNING.__exit__, None, None, None)
OPTIONS = {"base_url": SERVICE.base_url, "batch_items": 4, "concurrency": 2}

test_conformance = conformance(OpenAI, options=OPTIONS)
test_shortened = conformance(OpenAI, options={**OPTIONS, "dimensionality": 16, "max_characters": 500})
