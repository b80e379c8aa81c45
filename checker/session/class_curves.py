"""The curves of all learners under one tag, with their mean and their band, for TensorBoard.

Learners choose tags and runs as they like, so their curves do not overlay. Below ``_class/ex04`` everybody has one run with
the tags ``loss`` and ``accuracy``, and the class has three: ``_mean``, ``_low`` and ``_high``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from checker.engine.bounds import BoundMet
from checker.engine.evidence_process import EvidenceProcess
from checker.evidence.budget import TooMuchToRead
from checker.evidence.curves import TRAINING, Curve, meaning
from checker.evidence.events import EventLog, read_event_log
from checker.evidence.runs import Point
from checker.outcome import Report
from checker.report.reference_curves import write_scalar_run
from checker.report.view import ShownLearner

FOLDER = "_class"
KINDS = ("loss", "accuracy")
MOST_POINTS = 1000  # of one curve; TensorBoard keeps as many
GRID = 50  # steps at which mean and band are given
FEWEST = 3  # learners that make a class
LOW, HIGH = 10, 90  # percent: one diverged training does not widen the band

Points = Sequence[tuple[int, float]]


class ClassCurves:
    """Collects the curves of learners, one learner at a time, and writes them below ``_class`` of a new logdir.

    Use as a context manager, or end it with `finish`.
    """

    def __init__(self, published: Path, new: Path) -> None:
        self._published, self._new = published, new
        self._process: EvidenceProcess | None = None
        self._found: dict[tuple[str, str], list[Points]] = defaultdict(list)  # exercise and kind -> curves

    def __enter__(self) -> ClassCurves:
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    def add(self, learner: ShownLearner) -> dict[str, Points]:
        """Write the run of a learner for each exercise with curves; return the loss of each."""
        losses = {}
        for exercise, report in learner.reports.items():
            curves = self._curves(learner, report) if report and report.curves and report.logdir else {}
            if curves:
                points = [(step, kind, value) for kind, curve in curves.items() for step, value in curve]
                write_scalar_run(self._new / FOLDER / exercise / learner.folder, points)
            for kind, curve in curves.items():
                self._found[exercise, kind].append(curve)
            if "loss" in curves:
                losses[exercise] = curves["loss"]
        return losses

    def finish(self) -> None:
        """Write mean and band of each exercise that enough learners have curves of."""
        self._close()
        sides: dict[tuple[str, str], list[tuple[int, str, float]]] = defaultdict(list)
        for (exercise, kind), curves in self._found.items():
            for step, low, mean, high in band(curves):
                for side, value in (("_low", low), ("_mean", mean), ("_high", high)):
                    sides[exercise, side].append((step, kind, value))
        for (exercise, side), points in sides.items():
            write_scalar_run(self._new / FOLDER / exercise / side, points)

    def _close(self) -> None:
        if self._process:
            self._process.close()

    def _curves(self, learner: ShownLearner, report: Report) -> dict[str, Points]:
        """Return the curves of one report; none where its event files are too much to read."""
        if self._process is None:
            self._process = EvidenceProcess()
            self._process.prepare("importlib:import_module", __name__)
        charts = [(chart.run, chart.tag) for chart in report.curves]
        try:
            found = self._process.call(
                f"{__name__}:read_curves", str(self._published / learner.folder / report.exercise), charts
            )
        except BoundMet:
            return {}
        return {str(kind): [(int(step), float(value)) for step, value in points] for kind, points in found.items()}


def read_curves(folder: str, charts: Sequence[tuple[str, str]]) -> dict[str, Points]:
    """Return the loss and the accuracy that published event files hold. This is called in a bounded child."""
    try:
        log = read_event_log(Path(folder))
    except TooMuchToRead:
        return {}
    candidates = list(_curves_of(log, charts))
    found = {}
    for kind in KINDS:
        own = [curve for curve in candidates if meaning(curve.tag) == kind and not curve.of_validation]
        own.sort(key=lambda curve: (curve.role != TRAINING, -len(curve.points)))
        if own:
            found[kind] = _thinned(own[0].points)
    return found


def band(curves: Sequence[Points]) -> Iterator[tuple[int, float, float, float]]:
    """Yield step, low, mean and high of curves, between whose points lines are drawn, where enough of them have values."""
    finite = [[(step, value) for step, value in curve if math.isfinite(value)] for curve in curves]
    drawn = [np.array(sorted(curve), dtype=float) for curve in finite if curve]  # each [n, 2]
    if len(drawn) < FEWEST:
        return
    last = float(np.median([curve[-1, 0] for curve in drawn]))
    for step in np.unique(np.linspace(0, last, GRID).round()):
        values = _values_at(float(step), drawn)
        if len(values) >= FEWEST:
            low, high = np.percentile(values, (LOW, HIGH))
            yield int(step), float(low), float(values.mean()), float(high)


def _values_at(step: float, curves: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the values of the curves that reach over a step."""
    reaching = [curve for curve in curves if curve[0, 0] <= step <= curve[-1, 0]]
    return np.array([np.interp(step, curve[:, 0], curve[:, 1]) for curve in reaching])


def _curves_of(log: EventLog, charts: Iterable[tuple[str, str]]) -> Iterator[Curve]:
    """Yield the curves of a report that the published event files still hold; a chart is its run and its tag."""
    for path, tag in charts:
        name = path.partition("/")[2] or "."
        run = log.runs.get(name)
        if run is not None and tag in run.scalars:
            yield Curve("", name, tag, list(run.scalars[tag]))


def _thinned(points: Sequence[Point]) -> Points:
    """Return at most so many points, the last one among them."""
    stride = math.ceil(len(points) / MOST_POINTS)
    kept = [*points[:-1][::stride], points[-1]]
    return [(point.step, point.value) for point in kept]
