"""What the checks of digits and images share: the images that are kept back for validation, and the two curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checker.checks.common import listed_values
from checker.checks.keras import FEWEST_EPOCHS
from checker.evidence.curves import TEST, Curve
from checker.evidence.session_record import Calls
from checker.evidence.stdout import numbers, numbers_beside
from checker.expect import expect, listed
from checker.recompute.classifier import ClassifierModel
from checker.recompute.recognised_rows import recognise
from checker.row_digest import row_digests
from checker.subjects import about, about_all, about_operations

FEWEST_SHARED = 3  # images that were validated and trained on: one or two may be in the data set twice
ACCURACY_WITHIN = 0.02  # it is printed with some digits only
FEWEST_KNOWN = 8  # recognised rows, to say anything


@dataclass(frozen=True, eq=False)
class Validation:
    """The images that were measured while a network trained, as far as the record shows them."""

    calls: list[Calls]
    known: NDArray[np.int64]  # among training and then test images
    shared: int  # of them, that were trained on
    of_test: int
    held_back: bool  # whether some call measured none that was trained on: others may measure the training, too


def read_validation(network: ClassifierModel) -> Validation:
    """Return what was measured between the calls that train."""
    training, source, labels = network.training, network.image_node, network.label_nodes
    last = max((calls.last for calls in training.kinds), default=0)
    measuring = [
        calls
        for calls in training.log.feeding(source)
        if calls not in training.kinds and calls.first < last and (not labels or set(labels) & set(calls.feeds))
    ]
    samples = [sample for calls in measuring for sample in calls.samples if sample.call < last]
    validated = np.unique(recognise(samples, source, labels, network.splits).known)
    seen = _trained_on(network, validated)
    parts = [recognise([sample], source, labels, network.splits).known for sample in samples]
    held_back = any(len(part) >= FEWEST_KNOWN and not np.isin(part, seen).any() for part in parts)
    of_test = int((validated >= len(network.splits[0][1])).sum())
    return Validation(measuring, validated, len(seen), of_test, held_back)


def _trained_on(network: ClassifierModel, images: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which of some images are on record as trained on: in a sampled call, or as the first of any call."""
    source, kinds = network.image_node, network.training.kinds
    samples = (sample for calls in kinds for sample in calls.samples)
    trained = recognise(samples, source, network.label_nodes, network.splits).known
    first = [calls.first_rows[source] for calls in kinds if source in calls.first_rows]
    of_training = images[images < len(network.splits[0][1])]
    digests = row_digests(network.splits[0][0][of_training])
    return of_training[np.isin(of_training, trained) | np.isin(digests, np.concatenate(first) if first else [])]


def expect_held_back(network: ClassifierModel) -> Validation | None:
    """Return the validation of a network, None where the record does not tell.

    Raises `Mismatch` where nothing was measured between the steps, or images that were trained on.
    """
    if not network.training.log.feeding(network.image_node):
        return None
    found = read_validation(network)
    hint = "fit takes validation_split, a share of the training images, or validation_data, images and labels of your own"
    where = about("the sessions of this run", *(calls.made for calls in network.training.kinds[:1]))
    expect(bool(found.calls), where, "images measured between the steps that train", "no such call", hint, "no-validation")
    hint = "an image that was trained on says nothing of new ones: keep some back, by validation_split or by slices"
    expect(
        found.held_back or found.shared < FEWEST_SHARED,
        about("the images of the validation", *(calls.made for calls in found.calls[:1])),
        "images that no step trains on",
        f"of {len(found.known)} recorded images, {found.shared} were trained on, and there may be more",
        hint,
        "validates-on-training-images",
    )
    return found if len(found.known) >= FEWEST_KNOWN else None


def of_validation(curve: Curve) -> bool:
    """Whether a curve is one of validation or test images, by its tag or its run."""
    return curve.of_validation or curve.role == TEST


def expect_both_curves(curves: list[Curve], networks: int = 1) -> None:
    """Raise `Mismatch` unless each network has a curve of training and one of validation, over some epochs."""
    long = [curve for curve in curves if len(curve.points) >= FEWEST_EPOCHS]
    validation = [curve for curve in long if of_validation(curve)]
    found = (f"{curve.tag} in run {curve.run}: {len(curve.points)} points" for curve in curves)
    each = "" if networks == 1 else ", for each kind of labels"
    expect(
        len(validation) >= networks and len(long) - len(validation) >= networks,
        about_all(curves[0].logdir, *(curve.where for curve in curves)),
        f"a curve of training and one of validation, of {FEWEST_EPOCHS} epochs or more{each}",
        listed(found),
        "the logs of a callback hold loss and val_loss: two FileWriters, such as train/ and validation/, write the same tag",
        "no-validation-curve",
    )
    for curve in curves:
        curve.require_growing_steps()


def expect_test_accuracy(true: Mapping[str, float], stdout: str) -> None:
    """Raise `Mismatch` unless an accuracy is printed that a checkpoint gives on the test images; the keys are its scores."""
    lines = "\n".join(line for line in stdout.splitlines() if "acc" in line.lower())
    fractions = [number for number in numbers(lines) if number != int(number)]  # not all stand beside their word
    found = [*numbers_beside(stdout, ("acc",)), *fractions]
    near = any(
        abs(number / unit - share) <= ACCURACY_WITHIN for number in found for share in true.values() for unit in (1, 100)
    )
    expect(
        near,
        about_operations("stdout, lines that speak of the accuracy", [*true]),
        f"{next(iter(true.values())):.3f}, what the checkpoint gives on the test images",
        listed_values(found[-5:]),
        "Model.evaluate takes the test images and their labels, and returns the loss, then the metrics of compile",
        "no-test-accuracy",
    )
