"""What the checks of logistic look for: the operations of tf.data, a loss that is a sum, pictures with predictions."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Tensor
from checker.evidence.figures import Axes, Figure
from checker.evidence.graph import Graph
from checker.evidence.ops import ITERATOR_OPS
from checker.evidence.pictures import find_images, stretch
from checker.evidence.stdout import numbers
from checker.outcome import Mismatch
from checker.recompute.classifier import ClassifierModel

DATA_OPS = {
    "shuffle": re.compile(r"Shuffle.*Dataset|ShuffleAndRepeatDataset"),
    "repeat": re.compile(r"RepeatDataset|ShuffleAndRepeatDataset"),
    "batch": re.compile(r".*BatchDataset"),
}
SOME_IMAGES = 300
TWICE = (1.8, 2.2)  # by what a sum grows when all images come twice
WORD = re.compile(r"\d+")
CLASSES = range(10)


def data_operations(graph: Graph) -> dict[str, list[str]]:
    """Return the operations of tf.data that shuffle, repeat and batch, by what they do; what is missing is left out."""
    found = {what: [name for name in graph.nodes if pattern.match(graph.op(name))] for what, pattern in DATA_OPS.items()}
    return {what: nodes for what, nodes in found.items() if nodes}


def batch_sizes(graph: Graph, batches: list[str]) -> list[int]:
    """Return the sizes of batches that the graph holds as constants."""
    values = [graph.constant(tensor) for name in batches for tensor in graph.inputs(name)[1:2]]
    return [int(value) for value in values if value is not None and value.size == 1 and value.dtype.kind in "iu"]


def is_summed(classifier: ClassifierModel) -> bool:
    """Whether the loss of twice as many images is twice as large; False where it cannot be evaluated."""
    losses = classifier.graph.losses
    once, twice = (_feeds(classifier, losses[0].tensor, times) for times in (1, 2)) if len(losses) == 1 else ({}, {})
    if len(once) != 2:
        return False
    try:
        values = [classifier.run([losses[0].tensor], [feeds])[0][0] for feeds in (once, twice)]
    except Mismatch:
        return False
    first, second = (float(np.mean(value)) for value in values)
    return first > 0 and TWICE[0] < second / first < TWICE[1]


def _feeds(classifier: ClassifierModel, loss: Tensor, times: int) -> dict[Tensor, NDArray[Any]]:
    """Return images and labels for what the loss is computed from: outputs of an iterator, or placeholders."""
    graph, (images, labels) = classifier.graph, classifier.splits[1]
    behind = graph.ancestors(loss.node, until=graph.of_op(*ITERATOR_OPS))
    yielded = [(tensor, shape) for tensor, _, shape in graph.iterator_outputs() if tensor.node in behind]
    fed = [(Tensor(name), each.shape) for name, each in graph.placeholders.items() if name in behind]
    pixels = np.tile(images[:SOME_IMAGES], (times, 1, 1)).reshape(times * SOME_IMAGES, -1) / 255
    classes = np.tile(labels[:SOME_IMAGES], times)
    found: dict[Tensor, NDArray[Any]] = {}
    for tensor, shape in fed or yielded:
        rest = [size or 1 for size in (shape or ())[1:]]
        if int(np.prod(rest)) == pixels.shape[1]:
            found[tensor] = pixels.reshape(-1, *rest)
        else:
            found[tensor] = np.eye(len(CLASSES))[classes] if rest == [len(CLASSES)] else classes.reshape(-1, *rest)
    return found


def right_pictures(classifier: ClassifierModel, figures: list[Figure], stdout: str) -> tuple[int, int]:
    """Return how many test images figures show, and how many of these have the answer of the network.

    The answer is in the title or in the label of an axis; or all of them are printed, in the order of the pictures.
    """
    axes = [(each, image) for figure in figures for each in figure.axes for image in each.images]
    stretched = [
        (each, stretched) for each, image in axes if (stretched := stretch(image)) is not None and image.size == 784
    ]
    if not stretched:
        return 0, 0
    index = find_images(np.array([image for _, image in stretched], np.float32).reshape(-1, 784), classifier.splits[1][0])
    beside: dict[int, set[int]] = {}  # by test image: a figure that is not closed shows it again
    for (each, _), number in zip(stretched, index):
        if number >= 0:
            beside.setdefault(int(number), set()).update(_numbers_in(each))
    answers = {number: int(classifier.on_test.answers[number]) for number in beside}
    right = sum(answers[number] in written for number, written in beside.items())
    return len(beside), max(right, len(answers) if _are_printed([*answers.values()], stdout) else 0)


def _numbers_in(axes: Axes) -> set[int]:
    """Return the numbers that are written beside a picture."""
    return {int(word) for text in (axes.title, *axes.labels) for word in WORD.findall(text)}


def _are_printed(answers: list[int], stdout: str) -> bool:
    """Whether some answers are printed one after the other, other numbers such as accuracies left out."""
    printed = [int(number) for number in numbers(stdout) if number in CLASSES]
    return any(printed[at : at + len(answers)] == answers for at in range(len(printed) - len(answers) + 1))
