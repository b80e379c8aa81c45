"""The reference's curves as event files: TensorBoard shows the band of good trainings below learners' curves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checker.report.event_file import scalar_event, write_events
from reference.curves import curve_bands

FOLDER = "_reference"  # no learner has it: their folders begin with a letter or a digit
EVENT_FILE = "events.out.tfevents.0.reference"


def write_reference_curves(logdir: Path, exercises: Sequence[str]) -> None:
    """Write the runs ``_reference/ex04/low`` and ``…/high`` below a logdir, for each exercise with known curves."""
    for exercise in exercises:
        bands = curve_bands(exercise)
        if not bands:
            continue
        for side in ("low", "high"):
            points = [
                (step, tag, value) for tag, band in bands.items() for step, value in zip(band.steps, getattr(band, side))
            ]
            write_scalar_run(logdir / FOLDER / exercise / side, points)


def write_scalar_run(folder: Path, points: Sequence[tuple[int, str, float]]) -> None:
    """Write an event file with these scalars: step, tag and value of each."""
    write_events(folder / EVENT_FILE, (scalar_event(*point) for point in points))
