"""Workshop models: the same network three times in Keras, with the same weights."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import numpy as np

from checker.checks import common, keras
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Tensor, Variable
from checker.evidence.graph import Graph
from checker.expect import expect, listed
from checker.recompute.model import Model
from checker.subjects import about_operations
from reference.arrays import FloatArray
from reference.classification import softmax
from reference.layers import forward, sigmoid

from .functions import values_of

FEATURES, ROWS, WAYS = 10, 20, 3
SIZES = (784, 256, 256, 128, 10)
SHAPES = Counter(shape for inputs, outputs in pairwise(SIZES) for shape in ((inputs, outputs), (outputs,)))
PARAMETERS = 300_938
WITHIN = 1e-4  # float32, through four layers
WHERE = "the saved graph"

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


def check_is_made_of_keras_layers(graph: Graph, checkpoint: Checkpoint) -> None:
    """is built from Keras Dense layers"""
    keras.expect_keras_layers(graph, "tf.keras.layers.Dense, in all of the models")


def check_has_a_perceptron_of_11_parameters(model: Model) -> None:
    """has a perceptron of 10 inputs and one sigmoid: 11 parameters"""
    graph = model.graph
    kernels = [variable for variable in graph.trainable if variable.shape == (FEATURES, 1)]
    hint = (
        "tf.keras.layers.Dense(1) takes ten numbers; tf.keras.layers.Activation, or the argument activation, is the sigmoid"
    )
    where = about_operations("trainable variables", [variable.name for variable in kernels or graph.trainable])
    expect(
        bool(kernels), where, f"weights [{FEATURES}, 1]", listed(map(str, graph.trainable), "none"), hint, "no-perceptron"
    )
    x, found = _numbers(FEATURES), []
    for kernel in kernels:
        weights = model.values[kernel.name]
        biases = [model.values[each.name] for each in graph.trainable if each.shape == (1,)]
        wanted = [sigmoid(x @ weights + bias) for bias in biases]
        found += _outputs(model, kernel, x)
        if any(np.allclose(value, each, atol=WITHIN) for _, value in found for each in wanted if value.shape == each.shape):
            return
    given = listed((f"{name} ({graph.op(name)})" for name, _ in found[-3:]), "none of its outputs can be computed")
    expect(False, about_operations(WHERE, [kernels[0].name]), "sigmoid(x * weights + bias) of ten numbers", given, hint)


def check_has_the_network_three_times(graph: Graph, checkpoint: Checkpoint) -> None:
    """has the network of 300,938 parameters three times"""
    _expect_three(graph)


def check_computes_the_network_three_times(model: Model) -> None:
    """computes a softmax behind three hidden layers of ReLUs, three times"""
    x = _numbers(SIZES[0])
    for kernel in _expect_three(model.graph):
        chain = _chain(model.graph, kernel)
        wanted = softmax(forward([model.values[each.name].astype(np.float64) for each in chain], x, "relu")[-1])
        found = _outputs(model, kernel, x)
        fits = any(value.shape == wanted.shape and np.allclose(value, wanted, atol=WITHIN) for _, value in found)
        given = listed((f"{name} ({model.graph.op(name)})" for name, _ in found[-3:]), "nothing that can be computed")
        hint = 'Dense layers with activation="relu", the last with "softmax"; call each model with a tensor: model(x)'
        where = about_operations(WHERE, [kernel.name])
        expect(fits, where, f"softmax of the network that begins with {kernel.name}", given, hint, "other-network")


def check_gives_all_three_the_same_weights(model: Model) -> None:
    """gives all three networks the same weights"""
    first, *others = [_chain(model.graph, kernel) for kernel in _expect_three(model.graph)]
    off = [
        (one.name, other.name)
        for chain in others
        for one, other in zip(first, chain)
        if not np.allclose(model.values[one.name], model.values[other.name], atol=1e-6)
    ]
    shown = f"{off[0][0]} and {off[0][1]} differ" if off else ""
    hint = "Model.set_weights takes what Model.get_weights gives; save after that"
    where = about_operations("the checkpoint", [name for pair in off[:1] for name in pair])
    expect(not off, where, "the same weights and biases in all three", shown, hint, "other-weights")


def check_prints_the_numbers_of_parameters(graph: Graph, checkpoint: Checkpoint, stdout: str) -> None:
    """prints 11 and 300,938, the numbers of parameters"""
    _expect_three(graph)
    found = {int(re.sub(r"\D", "", text)) for text in re.findall(r"\d{1,3}(?:[,_ \u202f]\d{3})+|\d+", stdout)}
    missing = [f"{number:,}" for number in (FEATURES + 1, PARAMETERS) if number not in found]
    hint = "Model.summary prints them, and Model.count_params returns them"
    expect(not missing, "stdout", f"{FEATURES + 1} and {PARAMETERS:,}", f"no {listed(missing)}", hint)


def check_prints_the_shape_of_a_layer_by_its_name(stdout: str) -> None:
    """prints the shapes of the weights of the first layer"""
    hint = "Model.get_layer takes a name, and its get_weights gives the weights and the biases; each has a shape"
    expect(bool(re.search(r"784\D{1,3}256\b", stdout)), "stdout", "(784, 256)", "no such shape", hint)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def _expect_three(graph: Graph) -> list[Variable]:
    """Return the first kernel of each network. Raises `Mismatch` unless there are three networks of these sizes."""
    shapes = Counter(variable.shape for variable in graph.trainable)
    lacking = [shape for shape, count in SHAPES.items() if shapes[shape] < WAYS * count]
    firsts = [variable for variable in graph.trainable if variable.shape == SIZES[:2]]
    others = [variable.name for variable in graph.trainable if variable.shape not in SHAPES]
    expect(
        not lacking,
        about_operations("trainable variables", [variable.name for variable in firsts] or others),
        f"three times layers of {listed(map(str, SIZES[1:]))} neurons behind {SIZES[0]} inputs: 3 * {PARAMETERS:,} numbers",
        f"{len(firsts)} of weights [784, 256]; too few of {listed(map(str, map(list, lacking)))}",
        "a Sequential model, a functional one, and a subclass of tf.keras.Model, which has weights only once it was called",
        "other-sizes",
    )
    return firsts[:WAYS]


def _chain(graph: Graph, kernel: Variable) -> list[Variable]:
    """Return the variables of the network that begins with a kernel: weights and biases in turn, as they were built."""
    reached = graph.reached_from([kernel.name])
    names = list(graph.variables)
    chain: list[Variable] = []
    for inputs, outputs in pairwise(SIZES):
        for shape in ((inputs, outputs), (outputs,)):
            after = [each for each in graph.trainable if each.shape == shape and each not in chain]
            together = [each for each in after if _meet(graph, each, reached, chain)]
            chain.append(min(together or after, key=lambda each: names.index(each.name)))
    return chain


def _meet(graph: Graph, variable: Variable, reached: set[str], chain: list[Variable]) -> bool:
    """Whether a variable enters the same network: an activation depends on it and on the first kernel."""
    if not chain:
        return graph.reached_from([variable.name]) >= reached
    common_nodes = reached & graph.reached_from([variable.name])
    return any(graph.op(node) in {"BiasAdd", "Add", "AddV2", "MatMul"} for node in common_nodes)


def _outputs(model: Model, kernel: Variable, x: FloatArray) -> list[tuple[str, FloatArray]]:
    """Return what the graph computes from a kernel and numbers of ours, by node."""
    graph, found = model.graph, list[tuple[str, FloatArray]]()
    behind = graph.reached_from([kernel.name])
    for name, placeholder in graph.placeholders.items():
        if placeholder.shape is None or len(placeholder.shape) != 2 or placeholder.shape[1] not in (None, x.shape[1]):
            continue
        reached = graph.reached_from([name]) & behind
        nodes = [node for node in graph.of_op("Softmax", "Sigmoid", "BiasAdd") if node in reached]
        values = values_of(model, [Tensor(node) for node in nodes], [{Tensor(name): x}])
        found += [(tensor.node, np.asarray(value, np.float64)) for tensor, (value,) in values.items()]
    return found


def _numbers(columns: int) -> FloatArray:
    """Return numbers that no script has seen, [rows, columns]."""
    return np.random.default_rng(5).random((ROWS, columns))
