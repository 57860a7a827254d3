"""The network of this process: built once into the user's cache, loaded once, run on one thread."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_image.files import WEIGHTS_SHA256
from atlas_plugin_image.graph import DIM, GRAPH_VERSION, build_graph
from atlas_plugin_image.kept import kept
from atlas_plugin_image.weights import state

__all__ = ["features", "load"]

FILE = f"efficientnet-lite0-{WEIGHTS_SHA256[:16]}-g{GRAPH_VERSION}.onnx"
# How many images go through the network at once: 73, 78, 79, 83, 71, 70 images a second for 1, 2, 4, 8, 16, 32 (noise
# of a shared machine), 110 MB at 1, 150 at 4 and 540 at 32. Each image's features are the same bytes for all of them.
AT_ONCE = 4
ERRORS_ONLY = 3

_loading = threading.Lock()


def features(pixels: NDArray[np.uint8], cache: Path) -> NDArray[np.float32]:
    """Return the pooled features float32 [N, 1280], none negative, of pixels uint8 [N, 224, 224, 3]."""
    session = load(cache)
    parts = [
        session.run(None, {"pixels": pixels[start : start + AT_ONCE]})[0] for start in range(0, len(pixels), AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty((0, DIM), np.float32)


def load(cache: Path) -> Any:
    """Return this process's one session; the first call of a machine builds the graph (1 s), later ones read it.

    Args:
        cache: the component's folder; `Path()`, a context without one, keeps nothing on disk.
    """
    with _loading:
        return _session(cache)


@lru_cache(maxsize=1)
def _session(cache: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Workers are one process a core already, and threads that wait by spinning take the cores from each other.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = ERRORS_ONLY
    graph = kept(cache, FILE, lambda: build_graph(state()))
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
