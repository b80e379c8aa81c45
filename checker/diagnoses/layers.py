"""The layers of any network: products of trained weights, and what lies between them."""

from __future__ import annotations

from collections.abc import Iterator

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import MATRIX_PRODUCT_OPS, Graph
from checker.evidence.ops import VARIABLE_OPS
from checker.recompute.examined import Examined

PRODUCT_OPS = {*MATRIX_PRODUCT_OPS, "Conv2D"}
LINEAR_OPS = {"Add", "AddV2", "BiasAdd", "Sub", "Identity", "Reshape", "AvgPool", "Cast", "Squeeze", "ExpandDims"}
ACTIVATION_OPS = {"Relu", "Relu6", "Elu", "Selu", "LeakyRelu", "Sigmoid", "Tanh", "Softplus", "Softsign"}
DEEPEST = 30  # operations between two layers
MOST_LAYERS = 100  # looked at


def weights_of(graph: Graph, node: str) -> str | None:
    """Return the trained variable that a product reads; None where it reads none."""
    for tensor in graph.inputs(node)[:2]:
        variable = graph.variable_behind(tensor)
        if variable in graph.declared_trainable:
            return variable
    return None


def products(graph: Graph, examined: Examined) -> list[str]:
    """Return the products of layers that the loss depends on, in the order they were built."""
    behind = examined.behind_loss or graph.ancestors(*(tensor.node for tensor in examined.predictions))
    # A gradient of the loss comes after it.
    found = [node for node in graph.nodes if node in behind and graph.op(node) in PRODUCT_OPS and node not in graph.looped]
    return [node for node in found[:MOST_LAYERS] if weights_of(graph, node)]


def data_input(graph: Graph, node: str) -> Tensor | None:
    """Return what a product multiplies its weights with."""
    arms = [tensor for tensor in graph.inputs(node)[:2] if graph.variable_behind(tensor) is None]
    return arms[0] if arms else None


def linear_between(graph: Graph, examined: Examined) -> Iterator[tuple[str, str]]:
    """Yield each layer with the layer before it where only sums lie between both."""
    layers = set(products(graph, examined))
    for product in [node for node in graph.nodes if node in layers]:
        tensor = data_input(graph, product)
        for _ in range(DEEPEST):
            if tensor is None or tensor.node in layers:
                break
            tensor = _linear_source(graph, tensor)
        if tensor is not None and tensor.node in layers and len(graph.readers(tensor.node)) <= 4:
            before = weights_of(graph, tensor.node)
            shape = graph.variables[before].shape if before else None
            width = shape[-1] if shape else None
            into = weights_of(graph, product)
            narrow = graph.variables[into].shape if into else None
            # A narrow layer between two wide ones saves weights on purpose.
            if width and narrow and shape and narrow[-1] and width >= min(shape[0] or 0, narrow[-1]):
                yield product, tensor.node


def _linear_source(graph: Graph, tensor: Tensor) -> Tensor | None:
    """Return the one input that a sum or a reshape hands on; None where another operation is met."""
    op, inputs = graph.op(tensor.node), graph.inputs(tensor.node)
    if op in {"Mul", "RealDiv", "SelectV2", "Select"} and inputs:
        return _undropped(graph, inputs)
    if op not in LINEAR_OPS or not inputs:
        return None
    moving = [each for each in inputs if graph.variable_behind(each) is None and not graph.repeats_a_constant(each)]
    if op in {"Reshape", "ExpandDims", "Squeeze", "Cast", "Identity", "AvgPool"}:
        moving = inputs[:1]
    return moving[0] if len(moving) == 1 else None


def _undropped(graph: Graph, inputs: list[Tensor]) -> Tensor | None:
    """Return what a dropout multiplies with a scale and a mask; None where something that is trained is multiplied."""
    trained = graph.reached_from(graph.declared_trainable, until=graph.sizes) - graph.sizes
    moving = [tensor for tensor in inputs if tensor.node in trained]
    return moving[0] if len(moving) == 1 else None


def hidden_products(graph: Graph, examined: Examined) -> list[str]:
    """Return the layers that a later layer reads."""
    layers = products(graph, examined)
    return [node for node in layers if any(node in graph.ancestors(other) for other in layers if other != node)]


def activations(graph: Graph, examined: Examined) -> list[str]:
    """Return the activations between layers: those that depend on one layer, and that a later one depends on."""
    layers = products(graph, examined)
    before = set[str]()
    for node in layers:
        tensor = data_input(graph, node)
        before |= graph.ancestors(tensor.node, until=[*graph.of_op(*VARIABLE_OPS)]) if tensor else set()
    after = graph.reached_from(layers)
    return [node for node in graph.nodes if graph.op(node) in ACTIVATION_OPS and node in before and node in after]
