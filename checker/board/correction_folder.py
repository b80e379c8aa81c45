"""The folder ``_correction`` beside published runs: what TensorBoard's Correction tab shows, and the same as TEXT.

Its format is described in docs/report-format.md. It is written anew each time and replaced at once, so that a running
TensorBoard never reads half of it.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from checker.board.correction_files import INDEX, FoundCorrection, Unreadable, read_index, read_report
from checker.board.verdict_text import verdict, write_verdicts
from checker.engine.publish import CORRECTION
from checker.exercise import Exercise
from checker.expected_graph import expected_outline
from checker.outcome import Report, Status
from checker.report.files import encodable
from checker.report.json import SCHEMA, as_object, finite_json, report_of
from checker.report.mistakes import Mistake, most_frequent_first
from checker.report.view import ABSENT, ShownLearner, ShownNote, outcome_of
from reference.curves import curve_bands

REPORTS = "reports"
LARGEST_REPORT_BYTES = 8 << 20


@dataclass(frozen=True)
class KeptExercise:
    """The last verdict on an exercise of a pack that is not at hand now."""

    title: str
    question: str
    report: Report
    content: dict[str, Any]  # of the file of the report


class CorrectionFolder:
    """The folder ``_correction`` of the runs in one folder, made in a temporary place until it is finished.

    Use as a context manager: without `finish` the old folder stays as it is. `written_at` is in seconds since 1970; a
    session, whose reports are the same to the byte when they are made again, has none. A running TensorBoard follows no
    event file that is replaced again and again: a correction that is soon replaced goes without texts.
    """

    def __init__(
        self,
        runs: Path,
        exercises: Mapping[str, Exercise],
        title: str = "",
        written_at: float = 0.0,
        *,
        with_texts: bool = True,
    ) -> None:
        self._runs, self._exercises, self._title, self._written_at = runs, exercises, title, written_at
        self._with_texts = with_texts
        self._learners: list[dict[str, Any]] = []
        self._others: list[dict[str, Any]] = []  # exercises that are kept from an earlier correction
        self._verdicts: list[tuple[str, str]] = []  # as texts: the reports of all learners may not fit into memory
        runs.mkdir(parents=True, exist_ok=True)
        # Beside the runs, not among them: a running TensorBoard would list the unfinished folder.
        self._made = tempfile.TemporaryDirectory(prefix=".incoming-", dir=runs.parent)
        self._new = Path(self._made.name) / CORRECTION

    def __enter__(self) -> CorrectionFolder:
        return self

    def __exit__(self, *error: object) -> None:
        self._made.cleanup()

    def add(self, learner: ShownLearner) -> None:
        """Add a learner with their reports; alone, the only one there is, without a login."""
        outcomes = {}
        for exercise, report in learner.reports.items():
            run = "/".join(filter(None, (learner.folder, exercise)))
            notes = learner.notes.get(exercise, ())
            is_shown = report is not None and outcome_of(report) != ABSENT
            content = as_object(report) if report else {"measures": {}}
            file = self._write_report(run, content, notes) if is_shown else ""
            outcomes[exercise] = _outcome(report, run, content["measures"]) | {"report": file, "notes": len(notes)}
            if report is not None and self._with_texts:
                self._verdicts.append((run, verdict(report)))
        self._learners.append(
            {
                "login": learner.login,
                "folder": learner.folder,
                "problems": [vars(problem) for problem in learner.problems],
                "remarks": list(learner.remarks),
                "outcomes": outcomes,
            }
        )

    def keep(self, other: KeptExercise) -> None:
        """Add an exercise to the last learner, as an earlier correction holds it."""
        name = other.report.exercise
        file = f"{REPORTS}/{name}.json"
        self._write(file, other.content)
        self._others.append({"id": name, "title": other.title, "question": other.question})
        outcome = _outcome(other.report, name, as_object(other.report)["measures"])
        self._learners[-1]["outcomes"][name] = outcome | {"report": file, "notes": 0}
        self._verdicts.append((name, verdict(other.report)))

    def finish(self, mistakes: Iterable[Mistake] = ()) -> Path:
        """Write the index and the texts, and put the folder in its place; return that place.

        Of the mistakes those of several learners are kept.
        """
        shared = [mistake for mistake in mistakes if not mistake.is_absence and len(mistake.sharers) > 1]
        index = {
            "schema": SCHEMA,
            "title": self._title,
            "is_session": bool(self._title),
            "written_at": self._written_at,
            "exercises": [
                *(
                    {"id": exercise.id, "title": exercise.title, "question": exercise.question}
                    for exercise in self._exercises.values()
                ),
                *self._others,
            ],
            "learners": self._learners,
            "mistakes": [_mistake(mistake) for mistake in most_frequent_first(shared)],
        }
        self._write(INDEX, index)
        if self._with_texts:
            write_verdicts(self._new, self._verdicts, self._written_at)
        target = self._runs / CORRECTION
        if target.exists():
            os.replace(target, Path(self._made.name) / "old")
        os.replace(self._new, target)
        return target

    def _write_report(self, run: str, report: dict[str, Any], notes: Sequence[ShownNote]) -> str:
        """Write a report with what the tab draws beside it; return its path below the folder."""
        path, exercise = f"{REPORTS}/{run}.json", report["exercise"]
        known = self._exercises.get(exercise)
        expected = expected_outline(known) if known else None
        content = {
            "schema": SCHEMA,
            "report": report,
            "expected_graph": expected.as_object() if expected else None,
            "bands": {tag: vars(band) for tag, band in curve_bands(exercise).items()},
            "curves": report["curves"],
            "notes": [vars(note) for note in notes],
        }
        self._write(path, content)
        return path

    def _write(self, path: str, content: object) -> None:
        file = self._new / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(encodable(json.dumps(content, ensure_ascii=False, allow_nan=False)), "utf-8")


def keep_correction(runs: Path, exercises: Mapping[str, Exercise], report: Report) -> Path:
    """Add the report of one exercise to those beside the published runs, each with the run it speaks of."""
    reports = {exercise: old for exercise in exercises if (old := _kept(runs, exercise))} | {report.exercise: report}
    ordered: dict[str, Report | None] = {exercise: reports[exercise] for exercise in exercises if exercise in reports}
    others = list(_of_other_packs(runs, exercises))
    with CorrectionFolder(runs, {exercise: exercises[exercise] for exercise in ordered}, written_at=time.time()) as folder:
        folder.add(ShownLearner("", "", ordered))
        for other in others:
            folder.keep(other)
        return folder.finish()


def _of_other_packs(runs: Path, known: Container[str]) -> Iterator[KeptExercise]:
    """Yield the exercises of an earlier correction that no pack at hand holds, and whose run is still there."""
    found = FoundCorrection(runs, "")
    with suppress(Unreadable):
        for exercise in read_index(found)["exercises"]:
            name, title, question = (str(exercise.get(key, "")) for key in ("id", "title", "question"))
            if name in known or PurePath(name).name != name:
                continue
            report = _kept(runs, name)
            if report is not None and report.exercise == name:
                yield KeptExercise(title, question, report, read_report(found, {"report": f"{REPORTS}/{name}.json"}))


def _kept(runs: Path, exercise: str) -> Report | None:
    """Return the report of an earlier check whose run is still there; a file that is damaged holds none."""
    file = runs / CORRECTION / REPORTS / f"{exercise}.json"
    try:
        if not (runs / exercise).is_dir() or file.stat().st_size > LARGEST_REPORT_BYTES:
            return None
        return report_of(finite_json(file.read_text("utf-8"))["report"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _outcome(report: Report | None, run: str, measures: Mapping[str, Any]) -> dict[str, Any]:
    """Return how an exercise of a learner ended; `measures` are those of the report as JSON holds them."""
    first = report.first_failure if report else None
    count: Callable[[Status], int] = report.count if report else lambda status: 0
    return {
        "status": outcome_of(report),
        "cause": first.title if first else "",
        "passed": count(Status.PASS),
        "failed": count(Status.FAIL),
        "skipped": count(Status.SKIP),
        "broken": count(Status.ERROR),
        "run": run,
        "measures": measures,
    }


def _mistake(mistake: Mistake) -> dict[str, Any]:
    """Return a mistake with the learners who share it; each exact message stands beside those who got it."""
    sharers, common = mistake.sharers, mistake.common
    values = [
        {"expected": found.expected, "actual": found.actual, "hint": found.hint, "logins": [each.login for each in those]}
        for found, those in mistake.findings.items()
    ]
    return {
        "exercise": ", ".join(mistake.exercises),
        "check": mistake.check.id,
        "title": mistake.check.title,
        "expected": common.expected,
        "actual": common.actual,
        "hint": common.hint,
        "values": [] if mistake.is_one else values,
        "logins": [sharer.login for sharer in sharers],
        "folders": [sharer.folder for sharer in sharers],
        "runs": [f"{sharer.folder}/{exercise}" for sharer in sharers for exercise in sharer.exercises],
    }
