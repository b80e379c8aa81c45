"""Diagnoses of what a network is able to give, held against what it is asked for."""

from __future__ import annotations

import math

import numpy as np

from checker.diagnoses.layers import products, weights_of
from checker.diagnoses.places import about_data
from checker.diagnoses.trends import learns_clearly
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.expect import expect, fail, first_few
from checker.recompute.examined import END, START, Examined
from checker.subjects import about_operations

BOUNDS = {
    **{"Relu": (0.0, math.inf), "Softplus": (0.0, math.inf), "Relu6": (0.0, 6.0)},
    **{"Sigmoid": (0.0, 1.0), "Softmax": (0.0, 1.0), "Tanh": (-1.0, 1.0)},
}
SHAPING_OPS = {"Identity", "Reshape", "Squeeze", "ExpandDims", "Cast"}
OUTSIDE = 0.05  # of the targets
FAR = 100.0  # targets of this size are far from what a network gives at the start
UNLEARNT = 0.5  # of the mean square of the targets
KEPT = 0.15  # of the units that a dropout leaves
FEWEST_DROPPED = 100  # values, to know the share that is kept


def check_output_reaches_its_targets(graph: Graph, examined: Examined) -> None:
    """can give the targets that it is asked for"""
    for residual in [each for each in graph.residuals() if each.node in examined.behind_loss][:1]:
        last = graph.handed_on_from(residual.prediction, SHAPING_OPS).node
        bounds = BOUNDS.get(graph.op(last))
        found = examined.evaluate([residual.target], START) if bounds else None
        if not bounds or not found or not found[0][0].size:
            continue
        targets, (low, high) = np.asarray(found[0][0], np.float64), bounds
        outside = float(((targets < low - 1e-6) | (targets > high + 1e-6)).mean())
        where = about_operations(f"{last}, the output of the network", [last])
        span = f"{targets.min():.3g} … {targets.max():.3g}"
        actual = f"{graph.op(last)} gives {low:g} … {high:g}; {outside:.0%} of the targets lie outside: {span}"
        hint = "the last layer of a regression has no activation; or scale the targets into the range of the activation"
        expect(outside <= OUTSIDE, where, "an output that can be as its targets", actual, hint)


def check_targets_are_scaled(graph: Graph, examined: Examined) -> None:
    """has targets of a size that its steps reach"""
    for residual in [each for each in graph.residuals() if each.node in examined.behind_loss][:1]:
        found = examined.evaluate([residual.prediction, residual.target], END)
        names = sorted(examined.read_by(residual.target))
        if not found or found[0][0].shape != found[0][1].shape or not found[0][1].size or not names:
            continue
        prediction, targets = (np.asarray(value, np.float64) for value in found[0])
        size, given = (float(np.sqrt(np.mean(np.square(value)))) for value in (targets, prediction))
        left = float(np.mean(np.square(prediction - targets)))
        where = about_data(graph, names, f"the targets {' and '.join(names)}")
        actual = f"about {size:.3g}; after the training, the network gives about {given:.3g}"
        hint = "subtract the mean of the training targets and divide by their deviation; undo both for what is shown"
        is_far = size > FAR and given < size / 2 and left > UNLEARNT * size**2
        expect(not is_far, where, "targets of about the size of 1", actual, hint)


def check_dropout_leaves_units(graph: Graph, examined: Examined) -> None:
    """keeps enough units in its dropout"""
    if learns_clearly(examined):
        return
    random = graph.reached_from(graph.of_op("RandomUniform"), until=graph.of_op("Assign", "AssignVariableOp"))
    masks = [node for node in graph.of_op("GreaterEqual", "Floor") if node in random and node in examined.behind_loss]
    found = examined.evaluate([Tensor(node) for node in masks], START)
    for node, mask in zip(masks, found[0] if found else []):
        kept = float(np.asarray(mask, np.float64).mean()) if mask.size >= FEWEST_DROPPED else 1.0
        where = about_operations(f"{node}, a dropout", [node])
        hint = "rate is the share that is dropped, keep_prob the share that is kept: keep half of the units or more"
        expect(kept >= KEPT, where, "half of the units or more", f"{kept:.0%} of them are kept in the training", hint)


def check_layers_are_trained(graph: Graph, examined: Examined) -> None:
    """trains the weights of its layers"""
    if examined.loss is None or not examined.training.count:
        return
    updated = {update.variable for update in graph.updates}
    layers = dict.fromkeys(name for product in products(graph, examined) if (name := weights_of(graph, product)))
    still = [name for name in layers if name in graph.declared_trainable and name not in updated]
    if still and (len(still) == len(layers) or not learns_clearly(examined)):
        where = about_operations(f"the weights {first_few(still, 3)}", still)
        hint = "minimize(loss) updates all trainable variables; var_list= restricts it to those it names"
        fail(where, "layers that are trained", f"no optimiser updates {len(still)} of {len(layers)} layers", hint)
