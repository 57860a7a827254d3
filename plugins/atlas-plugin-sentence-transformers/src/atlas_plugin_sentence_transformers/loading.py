"""Networks in memory: each loaded once per process, the last few kept until they are released."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from localatlas.errors import ModelNotAvailableError

from atlas_plugin_sentence_transformers.architecture import text_shape, vision_shape
from atlas_plugin_sentence_transformers.weights import hash_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from atlas_plugin_sentence_transformers.text_network import TextNetwork
    from atlas_plugin_sentence_transformers.vision_network import VisionNetwork

__all__ = ["load_text_network", "load_vision_network", "once", "quiet", "release"]

T = TypeVar("T")
KEPT = 2

_loading = threading.RLock()
_releases: list[Callable[[], None]] = []


def once(load: Callable[..., T]) -> Callable[..., T]:
    """Keep the last results of a function that loads a model; two threads never load one at a time."""
    kept = functools.lru_cache(maxsize=KEPT)(load)
    _releases.append(kept.cache_clear)

    @functools.wraps(load)
    def call(*arguments: Any) -> T:
        with _loading:
            return kept(*arguments)

    return call


def release() -> None:
    """Forget all networks of this process."""
    with _loading:
        for clear in _releases:
            clear()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def load_text_network(folder: Path, device: str, precision: str) -> TextNetwork:
    """Return the text network of a folder on a device. Raises ModelNotAvailableError."""
    return _text(folder, hash_of(folder), device, precision)


def load_vision_network(folder: Path, device: str, precision: str) -> VisionNetwork:
    """Return the image network of a folder on a device. Raises ModelNotAvailableError."""
    return _vision(folder, hash_of(folder), device, precision)


@once
def _text(folder: Path, state: str, device: str, precision: str) -> TextNetwork:
    from atlas_plugin_sentence_transformers.text_network import text_network

    del state  # part of the key: other files in the same folder are another network
    build = functools.partial(text_network, text_shape(folder))
    network: TextNetwork = _placed(folder, build, device, precision)
    return network


@once
def _vision(folder: Path, state: str, device: str, precision: str) -> VisionNetwork:
    from atlas_plugin_sentence_transformers.vision_network import vision_network

    del state
    build = functools.partial(vision_network, vision_shape(folder))
    network: VisionNetwork = _placed(folder, build, device, precision)
    return network


def _placed(folder: Path, build: Callable[[Mapping[str, Tensor]], Any], device: str, precision: str) -> Any:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    weights: dict[str, Tensor] = {}
    try:
        for path in sorted(folder.glob("*.safetensors")):
            weights |= load_file(path)
        return build(weights).to(device=device, dtype=getattr(torch, precision))
    except (KeyError, RuntimeError, SafetensorError) as error:
        raise ModelNotAvailableError(
            f"the weights in {folder} do not fit its config.json ({error}), and nothing was embedded; fetch them again"
        ) from error


@contextmanager
def quiet() -> Generator[None, None, None]:
    """Keep transformers from drawing a bar for every model it loads."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
