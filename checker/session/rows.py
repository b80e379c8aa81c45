"""The rows of a session's store: each is checked when it is read, for the file may be damaged or somebody else's."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from checker.evidence.stdout import LONGEST_LINE, clean_line, without_controls
from checker.intake.learner import HandedIn, Problem, Remark, WrittenText
from checker.intake.names import is_folder_name
from checker.outcome import Report, Status
from checker.report.json import finite_json, from_json, require_below
from checker.report.typed import require_types
from checker.report.view import ABSENT
from checker.session.arguments import NOTE_KINDS
from checker.session.models import Cell, FormerResult, Note, NoteVersion, Result
from checker.workers.assignment import Task

LONGEST_LOGIN = 2 * LONGEST_LINE  # the intake cuts one to a line, and adds a notice
OUTCOMES = (*(status.value for status in Status), ABSENT)  # of a result
LAST_MOMENT = 253402300800.0  # the end of the year 9999, in seconds since the epoch


class BadRow(Exception):
    """A row of the store holds what no session wrote; the message says what."""


def login_of(value: object) -> str:
    """Return a login. Raises `BadRow`."""
    login = _text(value, "a login")
    if not login or len(login) > LONGEST_LOGIN or re.search(r"[\n\t]", login) or login != without_controls(login):
        raise BadRow(f"a login {login[:80]!r}")
    return login


def folder_of(login: object, folder: object) -> tuple[str, str]:
    """Return a login with the name of its folder, which cannot lead out of the session's folder. Raises `BadRow`."""
    name = _text(folder, "a folder")
    if not is_folder_name(name):
        raise BadRow(f"a folder {name[:80]!r} of {login_of(login)}")
    return login_of(login), name


def task_of(login: object, exercise: object, key: object) -> Task:
    """Return a task. Raises `BadRow`."""
    name = _text(exercise, "an exercise")
    if not name.isidentifier():
        raise BadRow(f"an exercise {name[:80]!r}")
    return Task(login_of(login), name, _text(key, "a key"))


def task_and_status_of(login: object, exercise: object, key: object, status: object) -> tuple[Task, Status | None]:
    """Return a task with its status, None where there is no result yet. Raises `BadRow`."""
    try:
        return task_of(login, exercise, key), None if status is None else Status(status)
    except ValueError:
        raise BadRow(f"a status {status!r:.80}") from None


def result_of(login: object, exercise: object, key: object, report: object, attempts: object, finished: object) -> Result:
    """Return the result of a task. Raises `BadRow`."""
    task = task_of(login, exercise, key)
    if type(attempts) is not int or attempts < 0:
        raise BadRow(f"{attempts!r:.80} attempts at {task.login} {task.exercise}")
    moment = None if finished is None else _moment(finished)
    return Result(task, None if report is None else _report(task, report), attempts, moment)


def former_of(login: object, exercise: object, key: object, outcome: object, *others: object) -> FormerResult:
    """Return a result that was replaced; `others` are its further columns. Raises `BadRow`."""
    task = task_of(login, exercise, key)
    passed, total, first, finding, finished, replaced = others
    if outcome not in OUTCOMES:
        raise BadRow(f"an outcome {outcome!r:.80}")
    if type(passed) is not int or type(total) is not int or not 0 <= passed <= total:
        raise BadRow(f"{passed!r:.80} of {total!r:.80} checks of {task.login} {task.exercise}")
    texts = _text(first, "a title"), _text(finding, "a finding")
    return FormerResult(task, str(outcome), passed, total, *texts, _moment(finished), _moment(replaced))


def findings_of(login: object, text: object) -> tuple[str, tuple[list[Problem], list[Remark]]]:
    """Return a login with the problems and remarks of its intake. Raises `BadRow`."""
    owner = login_of(login)
    try:
        found = finite_json(_text(text, "findings"))
        problems = [Problem(**each) for each in found["problems"]]
        remarks = [Remark(**each) for each in found["remarks"]]
        require_types(problems, list[Problem], "problems")
        require_types(remarks, list[Remark], "remarks")
    except (ValueError, KeyError, TypeError) as error:
        raise BadRow(f"findings of {owner}: {error}") from None
    return owner, (problems, remarks)


def handed_in_of(login: object, text: object) -> tuple[str, HandedIn]:
    """Return a login with what came for people; an older session has nothing of it. Raises `BadRow`."""
    owner = login_of(login)
    try:
        found = finite_json(_text(text, "findings")).get("handed_in", {})
        answers = tuple(WrittenText(**each) for each in found.pop("answers", ()))
        handed_in = HandedIn(answers, **found)
        require_types(list(answers), list[WrittenText], "answers")
        require_types([handed_in.participant, handed_in.moodle_folder], list[str], "a participant")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRow(f"what {owner} handed in: {error}") from None
    return owner, handed_in


def choice_of(login: object, exercise: object, name: object) -> tuple[Cell, str]:
    """Return the file that a corrector chose for an exercise. Raises `BadRow`."""
    task = task_of(login, exercise, "")
    file = _text(name, "the name of a file")
    if not file or len(file) > LONGEST_LOGIN or file != clean_line(file):
        raise BadRow(f"the file {file[:80]!r} for {task.login} {task.exercise}")
    return (task.login, task.exercise), file


def note_of(number: object, login: object, exercise: object, kind: object, text: object, *others: object) -> Note:
    """Return a note as it was first written; `others` are its further columns. Raises `BadRow`."""
    task = task_of(login, exercise, "")
    failing, found, written = others
    if kind not in NOTE_KINDS:
        raise BadRow(f"a note of the kind {kind!r:.80}")
    try:
        checks = json.loads(_text(failing, "checks"))
        require_types(checks, list[str], "checks")
        values = json.loads(_text(found, "values"))
        require_types(values, dict[str, str], "values")
    except (ValueError, TypeError, RecursionError) as error:
        raise BadRow(f"the checks of a note on {task.login} {task.exercise}: {error}") from None
    first = NoteVersion(_text(text, "a note"), _moment(written))
    return Note(_number(number), task.login, task.exercise, str(kind), tuple(checks), values, (first,))


def change_of(note: object, text: object, changed: object) -> tuple[int, NoteVersion]:
    """Return the number of a note with one change of it. Raises `BadRow`."""
    return _number(note), NoteVersion(None if text is None else _text(text, "a note"), _moment(changed))


def _report(task: Task, text: object) -> Report:
    try:
        (report,) = from_json(_text(text, "a report"))
        require_below(report.script, "a script")
        require_below(report.logdir, "a logdir")
    except (ValueError, KeyError, TypeError) as error:
        raise BadRow(f"the report on {task.login} {task.exercise}: {type(error).__name__}: {error}") from None
    if report.exercise != task.exercise:
        raise BadRow(f"the report on {task.login} {task.exercise}: it speaks of {report.exercise[:80]!r}")
    return report


def _number(value: object) -> int:
    if type(value) is not int or value < 1:
        raise BadRow(f"a note of the number {value!r:.80}")
    return value


def _moment(value: Any) -> float:
    if type(value) is not float or not math.isfinite(value) or not 0 <= value < LAST_MOMENT:
        raise BadRow(f"a moment {value!r:.80}")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise BadRow(f"{name} that is a {type(value).__name__}")
    return value
