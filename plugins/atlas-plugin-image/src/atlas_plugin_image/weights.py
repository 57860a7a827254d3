"""The weights as arrays, read from PyTorch's file without PyTorch and without an open pickle."""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from localatlas.errors import ModelNotAvailableError
from numpy.typing import NDArray

from atlas_plugin_image.files import weights_bytes

__all__ = ["Head", "classifier", "read_state", "state"]

# The file is in the format of torch.save before 1.6: pickles of a magic number, a protocol number, the writer's sizes,
# the tensors and the keys of their storages, then each storage as a count and its numbers, little-endian.
MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
COUNT = np.dtype("<i8")


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def _rebuild(storage: _Storage, offset: int, shape: Any, stride: Any, *_rest: Any) -> _Tensor:
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, stride)))


class _Reader(pickle.Unpickler):
    """Knows four names and calls nothing else."""

    known: Mapping[tuple[str, str], Any] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
        ("torch", "FloatStorage"): np.dtype("<f4"),
        ("torch", "LongStorage"): COUNT,
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.known:
            raise pickle.UnpicklingError(f"{module}.{name} is not a part of weights")
        return self.known[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, *_ = pid
        if kind != "storage":
            raise pickle.UnpicklingError(f"{kind!r} is not a part of weights")
        return _Storage(str(key), dtype)


def read_state(data: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of a PyTorch file of that format, by name.

    Raises:
        ModelNotAvailableError: the file is something else.
    """
    file = io.BytesIO(data)
    try:
        _check_header(_Reader(file).load(), _Reader(file).load())
        _Reader(file).load()
        tensors: dict[str, _Tensor] = _Reader(file).load()
        storages = _read_storages(file, _Reader(file).load(), {t.storage.key: t.storage for t in tensors.values()})
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelNotAvailableError(f"the weights of 'efficientnet-lite0' cannot be read: {error}") from error
    return {name: _array(storages[tensor.storage.key], tensor) for name, tensor in tensors.items()}


def _check_header(magic: object, protocol: object) -> None:
    if (magic, protocol) != (MAGIC, PROTOCOL):
        raise pickle.UnpicklingError(f"it begins with {magic!r} and {protocol!r}")


def _read_storages(file: io.BytesIO, keys: list[str], known: Mapping[str, _Storage]) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for key in keys:
        dtype = known[key].dtype
        count = int(np.frombuffer(file.read(COUNT.itemsize), COUNT)[0])
        found[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype, count)
    return found


def _array(storage: NDArray[Any], tensor: _Tensor) -> NDArray[Any]:
    steps = tuple(step * storage.itemsize for step in tensor.stride)
    last = sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride, strict=True))
    if min(tensor.shape, default=1) < 1 or not 0 <= tensor.offset <= tensor.offset + last < len(storage):
        raise ModelNotAvailableError("the weights of 'efficientnet-lite0' cannot be read: a tensor is out of bounds")
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, steps, writeable=False)


def state() -> dict[str, NDArray[np.float32]]:
    """Return all weights of EfficientNet-Lite0 by PyTorch's names."""
    arrays = read_state(weights_bytes())
    return {name: array for name, array in arrays.items() if array.dtype == np.float32}


@dataclass(frozen=True)
class Head:
    """The classifier over features: `logits = features @ weight.T + bias`.

    Attributes:
        weight: float32 [1000, 1280].
        bias: float32 [1000].
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


@lru_cache(maxsize=1)
def classifier() -> Head:
    """Return the classifier."""
    weights = state()
    return Head(*(np.ascontiguousarray(weights[f"_fc.{part}"]) for part in ("weight", "bias")))
