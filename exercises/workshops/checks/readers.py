"""What the checks of letters look for: four models in one graph, told by their structure, and how well each reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import MATRIX_PRODUCT_OPS
from checker.evidence.partitions import whole_behind
from checker.evidence.session_record import Calls
from checker.evidence.state import READING_OPS
from checker.expect import expect, fail, listed
from checker.outcome import Mismatch
from checker.recompute.several import OneOfSeveral
from checker.subjects import Recorded, TrainingCalls, about, about_all, about_operations
from reference.bands import WORKSHOPS, find, key_of

KINDS = ("logistic", "relu", "regularised", "convolution")
WHAT = {
    "logistic": "logistic regression, one layer of weights",
    "relu": "a network with a hidden layer of ReLUs",
    "regularised": "a network with L2 or dropout",
    "convolution": "a network with a convolution",
}
HINTS = {
    "logistic": "one matrix [784, 10] and a bias, without a hidden layer",
    "relu": "tf.nn.relu between two layers, without L2 and dropout: it is what the third model is compared with",
    "regularised": "tf.nn.l2_loss of the weights, added to the loss; tf.nn.dropout between the layers",
    "convolution": "tf.nn.conv2d on images [batch, 28, 28, 1]",
}
SQUARING_OPS = {"L2Loss", "Square", "Mul", "Pow"}
COMPARING_OPS = ("GreaterEqual", "Greater", "Less", "LessEqual", "Floor")  # of a random number with a rate
SHAPING_OPS = READING_OPS | {"Reshape", "ConcatV2", "Cast", "Const"}
ANSWERING_OPS = ("ArgMax", "Equal", "InTopK", "InTopKV2")
CHANCE = 0.2  # of the images; ten classes are met by chance at 0.1
MOST_ROWS = 64  # of a sample that is evaluated again


def kind_of(network: OneOfSeveral) -> str:
    """Return which of the four models a network is, "" for another one."""
    graph, behind = network.graph, network.behind_logits
    if any(graph.op(node) == "Conv2D" for node in behind):
        return "convolution"
    products = [node for node in graph.of_op(*MATRIX_PRODUCT_OPS) if node in behind and _is_layer(network, node)]
    if len(products) == 1:
        return "logistic"
    if dropouts(network) or penalised(network):
        return "regularised"
    return "relu" if any(graph.op(node).startswith("Relu") for node in behind) else ""


def expect_four(networks: Sequence[OneOfSeveral]) -> dict[str, OneOfSeveral]:
    """Return a network of each kind, the best of those of one kind. Raises `Mismatch` where one is missing."""
    kinds = [(kind_of(network), network) for network in networks]
    missing = [kind for kind in KINDS if kind not in dict(kinds)]
    found = (f"{network.logits}: {WHAT.get(kind, 'another network')}" for kind, network in kinds)
    many = "" if len(networks) > 1 else "; all four belong to one tf.Graph, which is saved once"
    expect(
        not missing,
        about_operations("networks in the saved graph", [network.logits.node for network in networks]),
        "four networks: " + listed(WHAT[kind] for kind in KINDS),
        f"no {WHAT[missing[0]].removeprefix('a ')}; {listed(found, 'no network')}" if missing else "",
        f"{HINTS[missing[0]]}{many}" if missing else "",
        "missing-model",
    )
    return {kind: _best([network for of, network in kinds if of == kind]) for kind in KINDS}


def dropouts(network: OneOfSeveral) -> list[str]:
    """Return the nodes behind the cross entropy of a network that compare random numbers with a rate."""
    graph, behind = network.graph, network.graph.ancestors(*network.entropies)
    random = graph.reached_from(graph.of_op("RandomUniform", "StatelessRandomUniform"), until=graph.variables)
    return [node for node in graph.of_op(*COMPARING_OPS) if node in random and node in behind]


def penalised(network: OneOfSeveral) -> set[str]:
    """Return the weights of a network whose squares its loss is computed from."""
    graph, found = network.graph, set[str]()
    for node in network.behind_loss:
        squared = {tensor.node for tensor in graph.inputs(node)[:2]}
        if graph.op(node) == "Pow" or (graph.op(node) in SQUARING_OPS and len(squared) == 1):
            behind = graph.ancestors(*list(squared)[:1], until=graph.variables)
            read = behind & {*graph.variables}
            if read <= network.variables and all(graph.op(name) in SHAPING_OPS for name in behind - read):
                found |= read
    return found


def expect_reads(kind: str, network: OneOfSeveral) -> tuple[float, str]:
    """Return the accuracy on held-out letters, and an advice or "". Raises `Mismatch` where too few are read."""
    found = network.on_held_out.accuracy
    accepted, good = (find(WORKSHOPS, key_of(f"letters, {kind}", "embedded", level)) for level in ("accepted", "good"))
    hint = "train for more steps, on all training images, or with another learning rate"
    if found < CHANCE:
        hint = "0.1 is chance: does its loss fall? Look for the activations, the rate and the first weights"
    if network.fed is not None and network.fed.is_raw:
        hint = "pixels are fed as 0 … 255, so that the steps are too long: divide them by 255"
    where = f"{network.checkpoint.where}, {network.logits} recomputed on 1,000 held-out letters"
    expect(
        accepted.accepts(found),
        about(where, TrainingCalls()),
        f"{WHAT[kind]}: at least {accepted.bound:g}; each of {accepted.runs} right solutions that were tried reached it",
        f"{found:.4g}",
        hint,
        "chance" if found < CHANCE else "low",
    )
    advice = (
        f"The {kind} model reads {found:.3f} of the letters; {good.bound:g} is within reach: more steps, or another rate."
    )
    return found, "" if good.accepts(found) else advice


def expect_penalty(network: OneOfSeveral) -> None:
    """Raise `Mismatch` unless the loss of a network grows with the squares of its weights.

    Where no optimiser minimises a loss, nothing can be told: another check finds what is not trained.
    """
    if not network.minimised:
        return
    matrices = {name for name in network.variables if len(network.graph.variables[name].shape or ()) > 1}
    expect(
        bool(penalised(network) & matrices),
        about_operations(f"the loss of the network that ends in {network.logits}", network.entropies),
        "L2: a sum of squared weights in what the optimiser minimises",
        "a cross entropy without squares of weights",
        "tf.nn.l2_loss(weights), times a small number, is added to the loss that minimize is given",
        "no-l2",
    )


def expect_drops_in_training(network: OneOfSeveral) -> None:
    """Raise `Mismatch` unless calls that train drop some units, as far as the record tells."""
    graph, nodes = network.graph, dropouts(network)
    expect(
        bool(nodes),
        about_operations(f"the loss of the network that ends in {network.logits}", network.entropies),
        "dropout before it",
        "no random numbers that are compared with a rate",
        "tf.nn.dropout(hidden, rate=…) between the two layers; the loss is computed from what it gives",
        "no-dropout",
    )
    updates = [update.node for update in graph.updates if update.variable in network.variables]
    trains = graph.reached_from(updates, control=True)
    kinds = [calls for calls in network.training.kinds if calls.samples and trains & {*calls.fetches}]
    if kinds and all(_drops(network, nodes, calls) is False for calls in kinds):
        fail(
            about_all("the calls that train", about("", Recorded(kinds[0].lines)), about_operations("", nodes[:1])),
            "units that are dropped: others at each step",
            "nothing is dropped: the rate is 0",
            "feed the rate in the calls that train; 0 is for the measuring",
            "dropout-off",
        )


def expect_drops_nothing_when_measured(network: OneOfSeveral) -> None:
    """Raise `Mismatch` when all calls that count right answers of a network drop some of its units."""
    graph = network.graph
    counted = graph.reached_from(graph.of_op(*ANSWERING_OPS)) & graph.reached_from(network.variables)
    others = [calls for calls in network.training.log.kinds if calls not in network.training.kinds and calls.samples]
    counting = [calls for calls in others if counted & {*calls.fetches}]
    found = [_drops(network, _behind(network, counted & {*calls.fetches}), calls) for calls in counting]
    if counting and all(found):
        fail(
            about("the calls that measure an accuracy", Recorded(counting[0].lines)),
            "answers of all units",
            about_operations("some units are dropped: dropout is on", dropouts(network)[:1]),
            "feed rate 0 to measure; tf.placeholder_with_default takes a rate that only training feeds",
            "dropout-on",
        )


def _behind(network: OneOfSeveral, fetched: set[str]) -> list[str]:
    """Return the drops of a network that fetched nodes depend on."""
    behind = network.graph.ancestors(*fetched)
    return [node for node in dropouts(network) if node in behind]


def _drops(network: OneOfSeveral, nodes: Sequence[str], calls: Calls) -> bool | None:
    """Return whether a call drops units: whether comparisons with the rate differ; None where that cannot be computed."""
    sample = calls.samples[-1]
    fed = {name: array[:MOST_ROWS] if array.ndim else array for name, array in sample.arrays.items()}
    feeds = {Tensor(name): array for name, array in fed.items() if name in network.graph.nodes}
    try:
        (masks,) = network.run([Tensor(node) for node in nodes], [feeds]) if nodes else ([],)
    except Mismatch:
        return None
    return any(np.ptp(np.asarray(mask, np.float64)) > 0 for mask in masks)


def _is_layer(network: OneOfSeveral, node: str) -> bool:
    inputs = network.graph.inputs(node)
    weights = whole_behind(network.graph, inputs[1]) if len(inputs) == 2 else None
    return weights is not None


def _best(networks: Sequence[OneOfSeveral]) -> OneOfSeveral:
    """Return the network that reads most; a single one is not measured."""
    return networks[0] if len(networks) == 1 else max(networks, key=lambda network: network.on_held_out.accuracy)
