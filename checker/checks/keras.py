"""Checks that exercises 05 and 06 share: a network of Keras layers."""

from __future__ import annotations

from checker.evidence.curves import Curve
from checker.evidence.graph import Graph
from checker.expect import expect, listed
from checker.subjects import about_operations

FEWEST_EPOCHS = 2


def check_is_made_of_keras_layers(graph: Graph) -> None:
    """is built from Keras Dense layers"""
    expect_keras_layers(graph, "tf.keras.layers.Dense(300, activation=...) and Dense(10) in tf.keras.Sequential")


def expect_keras_layers(graph: Graph, hint: str) -> None:
    """Raise `Mismatch` unless all that is trained belongs to layers of Keras."""
    others = [variable.name for variable in graph.trainable if variable.name not in graph.of_layers]
    found = f"other variables: {listed(others)}" if others else "no trainable variable"
    where = about_operations("trainable variables", others)
    expect(graph.is_of_keras, where, "kernel and bias of Keras layers", found, hint)


def check_logs_every_epoch(loss_curves: list[Curve]) -> None:
    """logs a curve over the epochs"""
    longest = max(loss_curves, key=lambda curve: len(curve.points))
    hint = "give fit a callback: tf.keras.callbacks.TensorBoard, or a LambdaCallback with on_epoch_end"
    enough = len(longest.points) >= FEWEST_EPOCHS
    expect(enough, longest.where, f"{FEWEST_EPOCHS} epochs or more", f"{len(longest.points)} points", hint)
