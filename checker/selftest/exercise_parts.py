"""What an exercise needs to be complete: each part, what was found of it, and the remedy where it lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from checker.engine.check_file import Check
from checker.engine.workshop import Options, Workshop
from checker.exercise import Exercise
from checker.expect import listed
from checker.expected_graph import expected_outline
from checker.learner.skeleton import skeleton_of
from checker.outcome import CheckResult, Report, Status
from checker.pack_file import LANGUAGES, PACK_FILE
from checker.report.requirement import Requirement
from checker.selftest.corpus import Case, checks_of
from checker.selftest.expected_graphs import NoGraph, as_expected
from checker.selftest.task_faults import faults_of_tasks

FEWEST_CHECKS = 6
PRINTED_LINES = range(2, 6)  # a script says what it did, and no more

RunScript = Callable[[Path], Report]


@dataclass(frozen=True)
class Parts:
    """The parts of one exercise. `cases` are the submissions of it that the corpus holds."""

    exercise: Exercise
    cases: Sequence[Case]

    def on_disk(self) -> Iterator[Requirement]:
        """Yield what can be told without running anything."""
        yield from (self._titles(), self._solution(), self._subject(), self._checks(), self._check_titles())
        yield from (self._right_case(), self._wrong_case(), self._skeleton(), self._expected_graph())

    def when_run(self, run: RunScript) -> Iterator[Requirement]:
        """Yield what shows when the solution is checked; `run` checks a script of the exercise."""
        if self.exercise.solution.is_file():
            report = run(self.exercise.solution)
            yield from (_passes(report), _without_advice(report), self._printed(report), self._fresh_graph(report))

    def skeleton_when_run(self, run: RunScript) -> Iterator[Requirement]:
        """Yield whether the skeleton runs and fails, where there is one that can be made."""
        if self._skeleton().is_lacking:
            return
        with TemporaryDirectory() as folder:
            script = Path(folder) / self.exercise.script
            script.write_text(skeleton_of(self.exercise, LANGUAGES[0]) or "", "utf-8")
            yield _fails(run(script))

    def _titles(self) -> Requirement:
        exercise, file = self.exercise, self.exercise.folder / PACK_FILE
        asked = {"title": exercise.titles, **({"question": exercise.questions} if exercise.questions else {})}
        missing = [f"{key}.{language}" for key, texts in asked.items() for language in LANGUAGES if language not in texts]
        remedy = f"add {listed(missing)} to [exercises.{exercise.id}] in {file}" if missing else ""
        return Requirement("texts", listed(f"{key} in {listed(texts)}" for key, texts in asked.items()), remedy)

    def _solution(self) -> Requirement:
        script = self.exercise.solution
        if not script.is_file():
            return Requirement("solution", f"{script} is not there", f"write the complete script {script}")
        ours = re.findall(r"^(?:from|import) ((?:checker|reference|tests)\S*)", script.read_text("utf-8"), re.MULTILINE)
        wrong = sorted({*ours} - {"reference.datasets"})
        remedy = f"a learner copies it away: do without {listed(wrong)}" if wrong else ""
        return Requirement("solution", str(script), remedy)

    def _subject(self) -> Requirement:
        exercise, file = self.exercise, self.exercise.subject
        if file is None:
            return Requirement("subject", "no such file", f"write {exercise.folder / 'README.md'}: what is asked for")
        text = file.read_text("utf-8")
        missing = [words for words in (exercise.script, exercise.question) if words not in text]
        remedy = f"say in {file}: {listed(missing)}" if missing else ""
        return Requirement("subject", str(file), remedy)

    def _checks(self) -> Requirement:
        count, file = len(checks_of(self.exercise)), self.exercise.checks
        remedy = f"write at least {FEWEST_CHECKS}; checker.checks.common has some to begin with"
        return Requirement("checks", f"{count} in {file}", "" if count >= FEWEST_CHECKS else remedy)

    def _check_titles(self) -> Requirement:
        bad = [name for name, check in checks_of(self.exercise).items() if not _is_title(check.__doc__ or "")]
        remedy = f"begin the docstring with what the script does, in lower case, no full stop: {listed(bad)}"
        return Requirement("titles of checks", "none lacks" if not bad else listed(bad), remedy if bad else "")

    def _right_case(self) -> Requirement:
        names = [case.name for case in self.cases if case.is_right]
        remedy = f"add a right submission that is not the solution to {self._folder_of_cases}"
        return Requirement("right submissions", listed(names, "none"), "" if names else remedy)

    def _wrong_case(self) -> Requirement:
        """Return whether each check of the exercise's own file catches something; shared ones catch elsewhere, too."""
        caught = {check for case in self.cases for check in case.fails}
        own = (name for name, check in checks_of(self.exercise).items() if self._is_own(check))
        free = [name for name in own if name not in caught]
        count = sum(not case.is_right for case in self.cases)
        remedy = f"add wrong submissions to {self._folder_of_cases} that fail {listed(free or ['a check'])}"
        return Requirement("wrong submissions", str(count), remedy if free or not count else "")

    def _skeleton(self) -> Requirement:
        exercise, folder = self.exercise, self.exercise.folder
        found = exercise.tasks or exercise.skeleton
        if found is None:
            tasks, skeleton = folder / "tasks" / f"{exercise.id}.toml", folder / "skeletons" / exercise.script
            return Requirement("skeleton", "not there", f"write {tasks}, or {skeleton}: what a learner begins with")
        return Requirement("skeleton", str(found), listed(faults_of_tasks(exercise), ""))

    def _expected_graph(self) -> Requirement:
        found = self.exercise.expected_graph
        return Requirement("expected graph", str(found or "not there"), "" if found else self._make_graph)

    def _printed(self, report: Report) -> Requirement:
        lines = report.output.splitlines()
        is_short = len(lines) in PRINTED_LINES and all(line.strip() for line in lines)
        remedy = "" if is_short else f"print {PRINTED_LINES[0]} to {PRINTED_LINES[-1]} lines, none of them empty"
        return Requirement("output of the solution", f"{len(lines)} lines", remedy, needed=False)

    def _fresh_graph(self, report: Report) -> Requirement:
        name, kept = "graph of the solution", expected_outline(self.exercise)
        try:
            drawn = as_expected(report)
        except NoGraph as error:
            return Requirement(name, str(error), "write the graph with tf.summary.FileWriter(logdir, graph)")
        if kept is None or drawn == kept:
            return Requirement(name, f"{len(drawn.nodes)} nodes")
        return Requirement(name, "another one than the expected graph", self._make_graph)

    def _is_own(self, check: Check) -> bool:
        """Whether a check is written in the exercise's own file; the others are shared."""
        return check.__module__.endswith(f".{self.exercise.checks.stem}")

    @property
    def _make_graph(self) -> str:
        pack = "" if self.exercise.is_built_in else f" --pack {self.exercise.folder}"
        return f"python -m checker.selftest graph {self.exercise.id}{pack}"

    @property
    def _folder_of_cases(self) -> Path:
        return self.exercise.cases or self.exercise.folder / "cases"


def runner(exercise: Exercise, workshop: Workshop) -> RunScript:
    """Return what checks a script of an exercise."""
    return lambda script: workshop.check(exercise, script, Options())


def _passes(report: Report) -> Requirement:
    counts = ", ".join(f"{report.count(status)} {status.value}" for status in Status if report.count(status))
    remedy = "" if report.status is Status.PASS else f"mend the script or the check: {_first(report)}"
    return Requirement("solution, checked", counts, remedy)


def _without_advice(report: Report) -> Requirement:
    said = [*(check.advice for check in report.checks if check.advice), *report.notes]
    remedy = "" if not said else "follow it: the solution is what learners are shown"
    return Requirement("advice for the solution", listed(said, "none"), remedy)


def _fails(report: Report) -> Requirement:
    remedy = ""
    if report.status is not Status.FAIL:
        remedy = f"a skeleton runs and fails a check; mend it or the checks: {_first(report)}"
    return Requirement("skeleton, checked", report.status.value, remedy)


def _first(report: Report) -> str:
    """Return the gravest thing that was said, in one line."""
    failures: Iterable[CheckResult] = (check for check in report.checks if check.status in (Status.ERROR, Status.FAIL))
    for check in failures:
        return f"{check.id}: {check.actual or check.detail.strip().rpartition(chr(10))[2]}"
    return "every check passes"


def _is_title(docstring: str) -> bool:
    title = docstring.strip().partition("\n")[0]
    return bool(title) and title[0].islower() and not title.endswith(".")
