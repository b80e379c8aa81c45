"""The loss that a graph itself computes, evaluated with its checkpoint on images and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Tensor
from checker.evidence.tensors import as_numpy_dtype
from checker.outcome import Mismatch
from checker.outline import Shape
from checker.recompute.fed_images import Feed
from checker.recompute.image_feeds import ImageFeeds
from reference.classification import CLASSES, Split


def own_losses(model: ImageFeeds, feed: Feed, switch: float | None, parts: Sequence[Split]) -> list[float]:
    """Return the loss of each part, as the graph computes it; [] where it is unclear what to feed or cannot be evaluated."""
    losses, labels = [loss.tensor for loss in model.graph.losses], _label_sources(model)
    if len(losses) != 1 or len(labels) != 1:
        return []
    source, shape = labels[0]
    runs = [
        {**model.feeds(images, feed, switch), source: _labels_as_declared(classes, shape, model, source)}
        for images, classes in parts
    ]
    found = []
    try:
        for run in runs:
            ((value,),) = model.run(losses, [run])
            found.append(float(np.mean(value)))
    except (Mismatch, ValueError):
        return []
    return found


def _label_sources(model: ImageFeeds) -> list[tuple[Tensor, Shape]]:
    """Return where labels enter the loss: what it reads besides images, and the scores do not."""
    graph, images = model.graph, model.image_source.tensor
    behind = graph.ancestors(*(loss.tensor.node for loss in graph.losses)) - {images.node} - model.behind_logits
    fed = {**graph.placeholders, **graph.array_defaults}
    found = [(Tensor(name), other.shape) for name, other in fed.items() if name in behind]
    yielded = [(tensor, shape) for tensor, _, shape in graph.iterator_outputs() if tensor.node == images.node]
    return found or [(tensor, shape) for tensor, shape in yielded if tensor != images]


def _labels_as_declared(classes: NDArray[Any], shape: Shape, model: ImageFeeds, source: Tensor) -> NDArray[Any]:
    """Return classes [n] in the layout that a source declares or was fed: numbers, a column of them, or one-hot rows."""
    fed = [
        sample.shapes[source.node]
        for calls in model.training.log.feeding(source.node)
        for sample in calls.samples
        if source.node in sample.shapes
    ]
    layout = shape if shape is not None and (len(shape) < 2 or shape[1] is not None) else next(iter(fed), shape)
    if layout is not None and len(layout) == 2 and layout[1] == CLASSES:
        return np.asarray(np.eye(CLASSES)[classes])
    dtype = as_numpy_dtype(model.fed_dtype(source))
    numbers: NDArray[Any] = classes.astype(dtype)
    return numbers[:, None] if layout is not None and len(layout) == 2 else numbers
