"""EfficientNet-Lite0 as an ONNX graph, with batch normalisation folded into the convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIM", "GRAPH_VERSION", "SIDE", "build_graph"]

GRAPH_VERSION = 1
"""Part of the cached file's name: raise it when the graph changes."""
SIDE = 224
DIM = 1280
EPSILON = 1e-3
OPSET = 17
IR_VERSION = 8
# Pixels 0..255 are centred and scaled in the graph.
MEAN, DEVIATION = 127.0, 128.0
# The first block of each of the seven stages halves the sides, but for the stages 1, 5 and 7.
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)


class _Builder:
    """Collects nodes and weights of a graph, each result under the name of what made it."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []

    def add(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        """Add a node and return its result's name."""
        from onnx import helper

        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, values: NDArray[np.float32] | float) -> str:
        """Add numbers, once, and return their name."""
        from onnx import numpy_helper

        if all(tensor.name != name for tensor in self.tensors):
            self.tensors.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def convolve(self, source: str, layer: str, norm: str, *, stride: int = 1, relu: bool = True) -> str:
        """Add a convolution with its batch normalisation folded in, "SAME" padding, and ReLU6 where wanted.

        `y = scale * (w * x - mean) + shift` with `scale = gamma / sqrt(variance + epsilon)` is one convolution.
        """
        kernel = self.weights[f"{layer}.weight"].astype(np.float64)
        gamma, beta, mean, variance = (
            self.weights[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / np.sqrt(variance + EPSILON)
        folded = self.constant(f"{layer}.weight", (kernel * scale[:, None, None, None]).astype(np.float32))
        bias = self.constant(f"{layer}.bias", (beta - mean * scale).astype(np.float32))
        # One input channel a filter marks a depthwise convolution; the stem's filters see the three colours.
        groups = len(kernel) if kernel.shape[1] == 1 else 1
        result = self.add("Conv", [source, folded, bias], group=groups, strides=[stride, stride], auto_pad="SAME_UPPER")
        if not relu:
            return result
        return self.add("Clip", [result, self.constant("zero", 0.0), self.constant("six", 6.0)])

    def block(self, source: str, number: int, stride: int) -> str:
        """Add an inverted residual block without squeeze-and-excitation."""
        prefix, inner = f"_blocks.{number}", source
        if f"{prefix}._expand_conv.weight" in self.weights:
            inner = self.convolve(inner, f"{prefix}._expand_conv", f"{prefix}._bn0")
        inner = self.convolve(inner, f"{prefix}._depthwise_conv", f"{prefix}._bn1", stride=stride)
        inner = self.convolve(inner, f"{prefix}._project_conv", f"{prefix}._bn2", relu=False)
        first = self.weights.get(f"{prefix}._expand_conv.weight", self.weights[f"{prefix}._depthwise_conv.weight"])
        width = first.shape[1] if f"{prefix}._expand_conv.weight" in self.weights else first.shape[0]
        same = stride == 1 and width == self.weights[f"{prefix}._project_conv.weight"].shape[0]
        return self.add("Add", [inner, source]) if same else inner


def build_graph(weights: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return the serialised graph: pixels uint8 [N, 224, 224, 3] (RGB) to features float32 [N, 1280].

    Source: Tan & Le, "EfficientNet", 2019, arXiv 1905.11946; the Lite variant of TensorFlow's TPU models has ReLU6 for
    swish and no squeeze-and-excitation.

    Args:
        weights: by PyTorch's names.
    """
    from onnx import TensorProto, checker, helper

    graph = _Builder(weights)
    numbers = graph.add("Cast", ["pixels"], to=TensorProto.FLOAT)
    centred = graph.add("Sub", [numbers, graph.constant("mean", MEAN)])
    scaled = graph.add("Div", [centred, graph.constant("deviation", DEVIATION)])
    at = graph.convolve(graph.add("Transpose", [scaled], perm=[0, 3, 1, 2]), "_conv_stem", "_bn0", stride=2)
    for number, stride in enumerate(STRIDES):
        at = graph.block(at, number, stride)
    pooled = graph.add("GlobalAveragePool", [graph.convolve(at, "_conv_head", "_bn1")])
    graph.nodes.append(helper.make_node("Flatten", [pooled], ["features"], name="features"))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "efficientnet-lite0",
            [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["N", SIDE, SIDE, 3])],
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", DIM])],
            graph.tensors,
        ),
        producer_name="atlas-plugin-image",
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    checker.check_model(model)
    return bytes(model.SerializeToString())
