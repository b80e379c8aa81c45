"""The screen of a session fits its terminal, and shows as lines where there is none."""

from __future__ import annotations

import io
import math

from rich.console import Console

from checker.outcome import CheckResult, Report, Status
from checker.session.progress import ProgressScreen, duration, summary_of
from checker.workers.assignment import Task

EXERCISES = ["ex01", "ex02"]


def screen(learners: int, height: int = 30, terminal: bool = True) -> tuple[ProgressScreen, Console]:
    console = Console(file=io.StringIO(), width=80, height=height, force_terminal=terminal, color_system=None)
    statuses = {(f"learner {i:02}", exercise): None for i in range(learners) for exercise in EXERCISES}
    return ProgressScreen(console, statuses, EXERCISES, 2), console


def report_of(status: Status) -> Report:
    check = CheckResult(
        "c", "does\na [bold]thing[/bold]", status, "here", "1", "2" * 300, "h", detail="Traceback\nValueError: x"
    )
    return Report("ex01", "s", "none", "none", [check])


def shown(subject: ProgressScreen, console: Console) -> list[str]:
    with console.capture() as capture:
        console.print(subject.render())
    return capture.get().splitlines()


def test_the_grid_fills_and_names_who_is_running() -> None:
    subject, console = screen(3)
    subject.begin(Task("learner 00", "ex01", "k"))
    assert shown(subject, console)[0].rstrip() == "0 of 6 done · starting · running: learner 00 ex01"
    subject.finish(Task("learner 00", "ex01", "k"), report_of(Status.PASS), True)
    subject.begin(Task("learner 00", "ex02", "k"))
    subject.finish(Task("learner 00", "ex02", "k"), report_of(Status.FAIL), True)
    lines = shown(subject, console)
    assert lines[0].startswith("1 of 6 done") or lines[0].startswith("2 of 6 done · about 0 s left")
    assert lines[2].split() == ["learner", "00", "✓", "✗"]
    assert lines[3].split() == ["learner", "01", "·", "·"]


def test_the_line_of_a_result_tells_the_first_cause() -> None:
    report = report_of(Status.FAIL)
    report.checks.append(CheckResult("cause", "is the cause", Status.FAIL, "here", "1", "3"))
    report.cause = "cause"
    assert summary_of(report) == "  is the cause: expected 1, found 3"


def test_what_was_not_handed_in_has_a_sign_of_its_own() -> None:
    subject, console = screen(1)
    cells = {("ada", "ex01"): Status.FAIL, ("ada", "ex02"): Status.FAIL}
    subject = ProgressScreen(console, cells, EXERCISES, 2, {("ada", "ex02")})
    assert shown(subject, console)[2].split() == ["ada", "✗", "○"]


def test_what_needs_no_run_is_counted_apart() -> None:
    _, console = screen(1)
    kept = {(f"learner {i}", exercise): Status.PASS for i in range(3) for exercise in EXERCISES}
    subject = ProgressScreen(console, {**kept, ("ada", "ex01"): None}, EXERCISES, 2)
    assert shown(subject, console)[0].startswith("0 of 1 done · 6 need no run · starting")
    subject.finish(Task("ada", "ex01", "k"), report_of(Status.PASS), True)
    assert shown(subject, console)[0].startswith("1 of 1 done · 6 need no run · ")


def test_more_learners_than_lines_show_those_with_news() -> None:
    subject, console = screen(40, height=20)
    for number in (7, 33):
        subject.begin(Task(f"learner {number:02}", "ex01", "k"))
    for _ in range(8):
        subject.finish(Task("learner 33", "ex01", "k"), report_of(Status.FAIL), True)
    lines = shown(subject, console)
    assert len(lines) < 20
    assert any(line.startswith("learner 33") for line in lines)
    assert any(line.startswith("learner 07") for line in lines)
    assert "and 31 more" in "".join(lines)
    assert max(map(len, lines)) <= 80


def test_without_a_terminal_each_result_is_one_plain_line() -> None:
    subject, console = screen(1, terminal=False)
    with subject:
        subject.begin(Task("learner 00", "ex01", "k"))
        subject.finish(Task("learner 00", "ex01", "k"), report_of(Status.ERROR), False)
        subject.finish(Task("learner 00", "ex01", "k"), report_of(Status.FAIL), True)
    assert isinstance(console.file, io.StringIO)
    first, second = console.file.getvalue().splitlines()
    assert first.endswith("error  0.0 s  the checker broke: ValueError: x  (tried again)")
    assert second.startswith("[1/2] learner 00  ex01  fail  0.0 s  does a [bold]thing[/bold]: expected 1, found 22")


def test_the_time_left_is_what_the_exercises_took_so_far() -> None:
    subject, _ = screen(3)
    assert math.isnan(subject.seconds_left())
    subject._took = {"ex01": [2.0, 4.0], "ex02": []}
    assert subject.seconds_left() == (3 * 3 + 3 * 3) / 2
    assert [duration(seconds) for seconds in (5, 89, 100, 6000)] == ["5 s", "89 s", "2 min", "1.7 h"]
