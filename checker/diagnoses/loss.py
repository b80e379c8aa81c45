"""Diagnoses of the loss as the graph computes it."""

from __future__ import annotations

import numpy as np

from checker.diagnoses.targets import one_hot_rows
from checker.diagnoses.trends import learns_clearly
from checker.evidence.dataflow import Tensor, parse_tensor
from checker.evidence.graph import CROSS_ENTROPY_OPS, SQUASHING_OPS, Graph
from checker.evidence.logarithms import logarithm_of_softmax, softmax_by_hand
from checker.evidence.losses import DIVISION_OPS
from checker.evidence.sigmoids import sigmoid_entropies
from checker.expect import expect, fail
from checker.recompute.examined import END, START, Examined
from checker.subjects import about_operations
from reference.classification import TWICE_SOFTMAX_LOSS

MOST_LOOKED_AT = 20  # operations of one kind


def check_loss_gets_logits(graph: Graph) -> None:
    """gives its cross entropy logits"""
    for entropy in graph.cross_entropies():
        if graph.op(entropy) in CROSS_ENTROPY_OPS:
            _expect_its_inputs_in_their_places(graph, entropy)
            squashing = graph.squashing_before(graph.inputs(entropy)[0])
            by_hand = softmax_by_hand(graph, graph.inputs(entropy)[0]) if squashing is None else None
            squashing = squashing or by_hand
            op = "Softmax by hand" if by_hand else graph.op(squashing or "")
            hint = f"{op} limits the scores, and the loss applies a softmax itself: use no activation on the last layer"
            if "Softmax" in op:
                floor = f"after a second one, it cannot fall below {TWICE_SOFTMAX_LOSS:.2f} with 10 classes"
                hint = f"the loss applies a softmax itself; {floor}"
            expect(
                squashing is None,
                about_operations(f"{squashing}, which {entropy} reads", [squashing, entropy]),
                "logits: the output of the last layer before any activation",
                f"the output of a {op}",
                hint,
            )
    for logits, _ in sigmoid_entropies(graph):
        squashing = graph.squashing_before(logits)
        expect(
            squashing is None,
            about_operations(f"{squashing}, which the sigmoid cross entropy reads", [squashing]),
            "logits: the output of the last layer before any activation",
            f"the output of a {graph.op(squashing or '')}",
            "sigmoid_cross_entropy_with_logits applies a sigmoid itself: give it the scores before the activation",
        )


def _expect_its_inputs_in_their_places(graph: Graph, entropy: str) -> None:
    read = [graph.ancestors(tensor.node) & graph.declared_trainable for tensor in graph.inputs(entropy)[:2]]
    where = about_operations(f"{entropy}, a cross entropy", [entropy])
    actual = "labels and logits are exchanged: the labels depend on the weights, the logits do not"
    hint = "give both by name: labels=…, logits=…"
    expect(len(read) < 2 or bool(read[0]) or not read[1], where, "scores as logits, classes as labels", actual, hint)


def check_logarithm_gets_probabilities(graph: Graph, examined: Examined) -> None:
    """takes the logarithm of probabilities only"""
    for entropy in graph.cross_entropies():
        logarithm = graph.logarithm_of_scores(entropy) if graph.op(entropy) in CROSS_ENTROPY_OPS else None
        _expect_no_logarithm(graph, logarithm)
    for node in graph.of_op("Log")[:MOST_LOOKED_AT]:
        reads_layer = node in examined.behind_loss and graph.inputs(node) and not graph.repeats_a_constant(Tensor(node))
        since = [graph.op(name) for name in graph.since_last_layer(graph.inputs(node)[0])] if reads_layer else []
        squashed = {*since} & {*SQUASHING_OPS, "Exp", "Square", "Abs", "Softplus", "Pow"}
        labelled = any(graph.op(reader) == "Mul" for reader in graph.readers(node))
        if reads_layer and not squashed and labelled and {"Add", "AddV2", "BiasAdd"} & {*since}:
            _expect_no_logarithm(graph, node)


def check_logarithm_is_kept_from_zero(graph: Graph) -> None:
    """keeps its logarithm from 0"""
    by_hand = logarithm_of_softmax(graph)
    for node in graph.of_op("Log")[:MOST_LOOKED_AT]:
        added = _added_after_softmax(graph, node)
        where = about_operations(f"{node}, which reads {added}", [added, node])
        hint = "the sum is no probability: add biases to the scores, before tf.nn.softmax"
        expect(not added, where, "the logarithm of a softmax", "a variable is added after the softmax", hint)
    if by_hand is not None:
        where = about_operations(f"{by_hand.node}, the logarithm of the softmax {by_hand.softmax}", [by_hand.node])
        hint = "tf.nn.softmax_cross_entropy_with_logits is safe; tf.clip_by_value keeps a logarithm from log(0)"
        expect(not by_hand.danger, where, "a logarithm that stays finite", by_hand.danger, hint)


def _added_after_softmax(graph: Graph, logarithm: str) -> str:
    """Return a sum of a softmax and a trained variable that a logarithm reads, "" where there is none."""
    total = graph.handed_on_from(graph.inputs(logarithm)[0]) if graph.inputs(logarithm) else None
    if total is None or graph.op(total.node) not in {"Add", "AddV2", "BiasAdd"}:
        return ""
    arms = graph.inputs(total.node)
    has_softmax = any(graph.op(graph.handed_on_from(arm).node) == "Softmax" for arm in arms)
    return total.node if has_softmax and any(graph.variable_behind(arm) in graph.declared_trainable for arm in arms) else ""


def _expect_no_logarithm(graph: Graph, logarithm: str | None) -> None:
    expect(
        logarithm is None,
        about_operations(f"{logarithm}, the logarithm of the output of the last layer", [logarithm]),
        "the logarithm of probabilities",
        "no softmax and no sigmoid between the last layer and the logarithm",
        "scores may be negative: use tf.nn.softmax_cross_entropy_with_logits, or in Keras from_logits=True",
    )


def check_loss_fits_its_labels(graph: Graph, examined: Examined) -> None:
    """has a loss that fits its labels"""
    entropies = [node for node in graph.cross_entropies() if graph.op(node) in CROSS_ENTROPY_OPS]
    scores = examined.evaluate([graph.inputs(node)[0] for node in entropies[:1]], START)
    if scores and scores[0][0].ndim == 2 and scores[0][0].shape[1] == 1:
        where = about_operations(f"{entropies[0]}, a softmax cross entropy", [entropies[0]])
        hint = "a softmax over one score is always 1: use tf.nn.sigmoid_cross_entropy_with_logits, or two scores"
        fail(where, "one score per class", "a single score", hint)
    targets = [residual.target for residual in graph.residuals() if residual.node in examined.behind_loss][:MOST_LOOKED_AT]
    computed = examined.evaluate(targets, START)
    fed = [rows for name in examined.label_names for rows in examined.fed(name)]
    labels = next(one_hot_rows([*fed, *(computed[0] if computed else [])]), None)
    if labels is None or labels.shape[1] < 3:
        return
    sigmoids = [node for _, node in sigmoid_entropies(graph) if node in examined.behind_loss]
    if sigmoids:
        where = about_operations("the sigmoid cross entropy", sigmoids[:1])
        hint = "each row has one class: a softmax lets the classes compete, tf.nn.softmax_cross_entropy_with_logits"
        fail(
            where,
            "a softmax cross entropy",
            f"a yes or no for each of {labels.shape[1]} classes that exclude each other",
            hint,
        )
    squares = [residual.node for residual in graph.residuals() if residual.node in examined.behind_loss]
    if squares and not graph.cross_entropies():
        where = about_operations(f"{squares[0]}, a squared error", squares[:1])
        hint = "a squared error learns slowly where a class is surely wrong: tf.nn.softmax_cross_entropy_with_logits"
        fail(where, "a cross entropy, as the labels are classes", f"one-hot labels of {labels.shape[1]} classes", hint)


def check_loss_keeps_its_rows(graph: Graph, examined: Examined) -> None:
    """subtracts each target from its own prediction"""
    residuals = [residual for residual in graph.residuals() if residual.node in examined.behind_loss]
    for residual in residuals[:3]:
        found = examined.evaluate([Tensor(residual.node), residual.prediction, residual.target], END)
        if not found:
            found = examined.evaluate([Tensor(residual.node), residual.prediction, residual.target], START)
        if not found:
            continue
        difference, prediction, target = found[0]
        is_one = prediction.size == 1 < len(target) if target.ndim else False
        where = about_operations(f"{residual.node}, prediction minus target", [residual.prediction.node, residual.node])
        hint = "a mean belongs around the squared differences: before it, each row keeps its own prediction"
        actual = f"one number for all {target.size} targets"
        expect(not (is_one and examined.read_by(residual.prediction)), where, "a prediction for each row", actual, hint)
        if difference.ndim != 2:
            continue
        rows = max(len(array) if array.ndim else 1 for array in (prediction, target))
        is_square = difference.size >= rows * rows > 1 and max(prediction.size, target.size) < difference.size
        expect(
            not is_square,
            about_operations(f"{residual.node}, prediction minus target", [residual.node]),
            f"one difference per row, {rows} of them",
            f"{difference.shape}: {prediction.shape} and {target.shape} are broadcast against each other",
            "give both the shape [batch, 1] by tf.reshape, or both [batch]; else every row is compared with every target",
        )


def check_loss_has_the_right_sign(graph: Graph, examined: Examined) -> None:
    """minimises its error, and not the negative of it"""
    if examined.loss is None or graph.is_minimised_as_a_vector():
        return
    by_hand = logarithm_of_softmax(graph)
    errors = [
        *graph.cross_entropies(),
        *(residual.node for residual in graph.residuals()),
        *([by_hand.node] if by_hand else []),
    ]
    direct = [node for node in errors if node in examined.behind_loss and node not in graph.looped]
    if not direct or graph.of_op("Lgamma", "Erf"):
        return
    values = [examined.number(examined.loss, moment) for moment in (START, END)]
    known = [value for value in values if value is not None] or examined.losses[:1]
    negative = [value for value in known if value < 0]
    hint = "minimize makes its argument small: give it the error itself; a cross entropy is -sum(labels * log(p))"
    where = about_operations(f"{examined.loss.node}, which is minimised", [examined.loss.node])
    expect(not negative, where, "an error, which is never below 0", f"{min(negative, default=0):.4g}", hint)


def check_loss_is_a_mean(graph: Graph, examined: Examined) -> None:
    """minimises a mean over its batch, or takes steps that fit a sum"""
    if examined.loss is None or learns_clearly(examined) or not examined.sample:
        return
    sample = {**examined.sample, **examined.drawn_once([examined.loss])}
    rows = {name: value for name, value in sample.items() if value.ndim and len(value) > 1}
    twice = {**sample, **{name: np.concatenate([value, value]) for name, value in rows.items()}}
    found = examined.evaluate([examined.loss], START, [sample, twice])
    sums = [node for node in graph.of_op("Sum") if node in examined.behind_loss and _to_a_number(graph, node)]
    if not found or not rows or graph.op(examined.loss.node) in DIVISION_OPS:
        return
    once, both = (float(np.sum(values[0])) for values in found)
    if abs(both - 2 * once) <= 1e-3 * abs(both) and abs(once) > 0:
        where = about_operations(f"{(sums or [examined.loss.node])[-1]}, the loss", [*sums[-1:], examined.loss.node])
        hint = "tf.reduce_mean over the batch: the steps of a sum grow with the batch, and ask for a smaller learning rate"
        fail(where, "a mean over the batch", "a sum: a batch of twice as many rows has twice the loss and the steps", hint)


def _to_a_number(graph: Graph, node: str) -> bool:
    axes = graph.constant(graph.inputs(node)[1]) if len(graph.inputs(node)) == 2 else None
    return axes is None or 0 in axes.reshape(-1).tolist() or axes.size == 0


def check_penalty_leaves_the_loss(graph: Graph, examined: Examined) -> None:
    """keeps its penalty smaller than its error"""
    parts = _summands(graph, examined)
    if len(parts) < 2:
        return
    data = examined.graph.reached_from(parse_tensor(name).node for name in examined.data_names)
    values = {moment: examined.evaluate(parts, moment) for moment in (START, END)}
    if not all(values.values()):
        return
    sums = {}
    for moment, found in values.items():
        assert found is not None
        numbers = [float(np.sum(value)) for value in found[0]]
        error = sum(number for part, number in zip(parts, numbers) if part.node in data)
        sums[moment] = error, sum(numbers) - error
    (first, _), (last, penalty) = sums[START], sums[END]
    weights = [part.node for part in parts if part.node not in data]
    if weights and penalty > 2 * abs(last) and last > 0.7 * first > 0:
        where = about_operations("the penalty in the loss", weights)
        hint = "a smaller factor before tf.nn.l2_loss lets the error count: 1e-4 to 1e-2 is usual"
        fail(where, "a penalty that is a part of the loss", f"{penalty:.3g} beside an error of {last:.3g}", hint)
    if weights and last > 0.7 * first > 0 and sums[START][1] > 10 * first:
        where = about_operations("the penalty in the loss", weights)
        hint = "a smaller factor before tf.nn.l2_loss lets the error count: 1e-4 to 1e-2 is usual"
        actual = f"{sums[START][1]:.3g} beside an error of {first:.3g} at the start; the error stays at {last:.3g}"
        fail(where, "a penalty that is a part of the loss", actual, hint)


def _summands(graph: Graph, examined: Examined) -> list[Tensor]:
    """Return the terms that the loss is a sum of."""
    waiting, found = [examined.loss] if examined.loss else [], list[Tensor]()
    while waiting and len(found) < 20:
        tensor = graph.handed_on_from(waiting.pop())
        if graph.op(tensor.node) in {"Add", "AddV2", "AddN"}:
            waiting += graph.inputs(tensor.node)
        else:
            found.append(tensor)
    return found
