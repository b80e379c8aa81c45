"""What the curves of training and validation say of overfitting, and what a script says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from checker.evidence.curves import Curve
from checker.expect import expect, fail, listed
from checker.subjects import about_all

from .validation import of_validation

RISEN = 0.05  # of the lowest loss of validation: so much it rises again, at least
EQUAL = 1e-6  # of a loss: epochs that are as good as the best one
FEW_SAID = 3  # epochs that are named without a word for the best one
FACTOR, WITHIN = 3.0, 0.35  # by which a gap may differ: the one of the curves is that of other images of the same kind
PROGRESS = re.compile(r"epoch \d+/\d+", re.IGNORECASE)  # of Keras
EPOCH = r"(?:epoch|époque|epoque|step|pas)"
SAID = re.compile(
    rf"\b{EPOCH}s?\b[^\d\n]{{0,25}}(\d+)\b(?!\.\d)|\b(\d+)(?:st|nd|rd|th|re|e|è?me|ème)?\s+{EPOCH}\b", re.IGNORECASE
)
BEST = re.compile(
    r"best|low|small|min|least|overfit|optim|stop|rise|meilleur|bas|petit|faible|mini|sur-?ap|remont|arr[êe]t", re.IGNORECASE
)


@dataclass(frozen=True)
class TwoCurves:
    """The losses of training and of validation, epoch by epoch."""

    training: Curve
    validation: Curve

    @property
    def lowest(self) -> float:
        """The lowest loss of validation."""
        return min(self.validation.values)

    @property
    def best(self) -> int:
        """The place of the lowest loss of validation among its points."""
        return self.validation.values.index(self.lowest)

    @property
    def gaps(self) -> tuple[float, float]:
        """By how much the loss of validation lies above that of training: in the end, and where validation was best."""
        at_best = self.training.values[min(self.best, len(self.training.values) - 1)]
        return self.validation.values[-1] - self.training.values[-1], self.lowest - at_best


def two_curves(loss_curves: Sequence[Curve]) -> TwoCurves:
    """Return the longest curves of training and of validation. Raises `Mismatch` where one of them is missing."""
    validation = [curve for curve in loss_curves if of_validation(curve)]
    training = [curve for curve in loss_curves if not of_validation(curve)]
    if not validation or not training:
        found = listed(f"{curve.tag} in run {curve.run}" for curve in loss_curves)
        hint = "the logs of a callback hold loss and val_loss: give each a run of its own, with the same tag"
        fail(loss_curves[0].where, "a loss of training and one of validation", found, hint, "no-two-curves")
    return TwoCurves(*(max(curves, key=lambda curve: len(curve.points)) for curves in (training, validation)))


def expect_overfitting(curves: TwoCurves) -> None:
    """Raise `Mismatch` unless the loss of validation rises after its lowest point, while that of training still falls."""
    values, training = curves.validation.values, curves.training.values
    risen = curves.validation.tail - curves.lowest
    at_best = training[min(curves.best, len(training) - 1)]
    shown = f"validation: {curves.lowest:.3f} at its lowest, {values[-1]:.3f} at the end; training: {training[-1]:.3f}"
    expect(
        risen >= RISEN * curves.lowest and curves.training.tail < at_best,
        about_all("both curves of the loss", curves.validation.where, curves.training.where),
        f"a loss of validation that rises by {RISEN:.0%} or more, while that of training still falls",
        shown,
        "more epochs or fewer images: two thousand images and twenty epochs of Adam show it",
        "no-overfitting",
    )


def expect_said(curves: TwoCurves, accuracies: Sequence[Curve], stdout: str) -> None:
    """Raise `Mismatch` unless the output names the epoch in which validation was best."""
    right = _places(curves.validation, curves.validation.values, curves.lowest)
    for curve in accuracies:
        if of_validation(curve):
            right |= _places(curve, [-value for value in curve.values], -max(curve.values))
    said = _said(stdout)
    step = curves.validation.steps[curves.best]
    expect(
        bool(right & {*said}),
        "stdout, lines that speak of an epoch",
        f"epoch {step}, where the loss of validation is lowest, or {step + 1} where they are counted from 1",
        listed((f"epoch {number}" for number in said[:5]), "no epoch"),
        "numpy.argmin of the losses of validation, which fit returns in the history, is the epoch counted from 0",
        "other-epoch" if said else "no-epoch",
    )


def expect_gap(curves: TwoCurves, trained: float, unseen: Sequence[float]) -> None:
    """Raise `Mismatch` when the curves are apart in another way than the losses of the checkpoint.

    `trained` is the loss on images that it was trained on, `unseen` those on images that it was not.
    """
    own = [loss - trained for loss in unseen]
    near = any(  # the best state may have been put back before it was saved
        abs(logged - gap) <= WITHIN or (logged > 0 and gap / FACTOR <= logged <= gap * FACTOR)
        for logged in curves.gaps
        for gap in own
    )
    expect(
        near,
        about_all("both curves of the loss, at their ends", curves.validation.where, curves.training.where),
        f"a gap near {own[0]:.3f}: the checkpoint has a loss of {trained:.3f} on images of the training, "
        f"{unseen[0]:.3f} on others",
        f"{curves.gaps[0]:.3f}: {curves.training.values[-1]:.3f} and {curves.validation.values[-1]:.3f}",
        "validation images need what training images get: the same division of the pixels, their own labels",
        "other-gap",
    )


def _places(curve: Curve, values: Sequence[float], best: float) -> set[int]:
    """Return the numbers that mean the best epoch of a curve: its step or its place, counted from 0 or from 1."""
    good = np.flatnonzero(np.asarray(values) <= best + EQUAL * abs(best))
    places = [(int(place), curve.steps[int(place)]) for place in good]
    return {number + shift for pair in places for number in pair for shift in (0, 1)}


def _said(text: str) -> list[int]:
    """Return the epochs that a text names; of many, those in lines with a word for the best one."""
    lines = [line for line in text.splitlines() if not PROGRESS.search(line)]
    said = [(line, int(match[1] or match[2])) for line in lines for match in SAID.finditer(line)]
    if len({number for _, number in said}) > FEW_SAID:
        said = [(line, number) for line, number in said if BEST.search(line)]
    numbers = list(dict.fromkeys(number for _, number in said))
    return numbers if len(numbers) <= FEW_SAID else []
