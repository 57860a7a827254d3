"""EVoC itself at work: topics are of one kind of row each."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_evoc import EVoCOptions, EVoCTopics
from localatlas.protocols import Context, Layout
from localatlas.testing.example import ArrayIndex, clusters

pytestmark = pytest.mark.slow


def test_topics_are_pure_and_rows_in_their_middle_are_sure() -> None:
    vectors = clusters(400, count=8, noise=0.4)
    layout = Layout(np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32))
    topics = EVoCTopics(EVoCOptions(depths=2)).fit(ArrayIndex(vectors), layout, Context(seed=3))
    finest = topics.assignment[:, -1]
    truth = np.arange(400) % 8
    pure = sum(np.bincount(truth[finest == topic]).max() for topic in np.unique(finest))
    assert pure >= 0.95 * 400
    assert topics.depths <= 2
    assert topics.confidence.mean() > 0.5
