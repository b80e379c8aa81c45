"""The report on a terminal: failures first, what passed in one line, and several exercises as a table."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from checker.outcome import CheckResult, Report, Status
from checker.report.characters import show_what_fits
from checker.report.exercise_table import ExerciseTable
from checker.report.terminal import TerminalReport, sparkline
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT
from tests.support.reports import REPORT, TWO_FAILURES

PASSES = [CheckResult(f"check_{i}", f"does part {i}", Status.PASS) for i in range(14)]
GOOD = replace(REPORT, exercise="ex01", script="exercises/ex01.py", checks=PASSES, notes=[], loss=[], cause="")


def printed(of: Report = REPORT, terminal: bool = False, verbose: bool = False) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=terminal, color_system=None)
    report = TerminalReport(console, verbose)
    report.start(CATALOG["ex04"], Path("exercises/ex04.py"))
    report.finish(of, CATALOG["ex04"])
    report.summarise([of])
    return stream.getvalue()


def table(reports: Sequence[Report], verbose: bool = False, width: int = 80) -> str:
    stream = io.StringIO()
    printer = ExerciseTable(Console(file=stream, width=width), [report.exercise for report in reports], verbose)
    for report in reports:
        printer.start(CATALOG[report.exercise], Path(report.script))
        printer.finish(report, CATALOG[report.exercise])
    printer.summarise(reports)
    return stream.getvalue()


def test_the_terminal_shows_of_a_failure_where_expected_actual_and_hint() -> None:
    text = printed()
    places = [text.index(label) for label in ("FAIL", "where:", "expected:", "actual:", "hint:")]
    assert places == sorted(places)
    assert "advice:" in text
    assert "1 more check waits for this" in text
    assert "please report it" in text
    assert "4 checks: 1 passed, 1 failed, 1 skipped, 1 broken" in text


@pytest.mark.parametrize(("kind", "is_asked"), [("", True), ("low", True), ("crash", False), ("limit", False)])
def test_the_open_question_waits_until_the_script_runs(kind: str, is_asked: bool) -> None:
    failure = CheckResult("check_a", "does a", Status.FAIL, "here", "one", "two", "three", kind=kind)
    assert ("question:" in printed(replace(REPORT, checks=[failure]))) is is_asked


def test_the_terminal_shows_failures_first_then_one_line_for_what_passed_and_one_for_what_waits() -> None:
    text = printed(TWO_FAILURES)
    places = [text.index(words) for words in ("does c", "does b", "PASS  1 passed", "2 more checks wait for these")]
    assert places == sorted(places)
    assert "does a" not in text
    assert "does d" not in text


def test_what_passed_is_one_line_and_each_pass_has_its_own_when_it_is_asked_for() -> None:
    assert "PASS  14 passed\n" in printed(GOOD)
    assert "does part" not in printed(GOOD)
    text = printed(GOOD, verbose=True)
    assert "14 passed\n" not in text.replace("14 checks: 14 passed\n", "")
    assert [line.strip() for line in text.splitlines() if "does part" in line] == [f"PASS  {c.title}" for c in PASSES]


def test_a_pass_with_advice_keeps_its_title_and_is_not_counted_twice() -> None:
    advised = replace(GOOD, checks=[*PASSES, replace(PASSES[0], id="check_z", title="does z", advice="could be faster")])
    text = printed(advised)
    assert text.index("does z") < text.index("could be faster") < text.index("14 more passed")


def test_the_terminal_names_each_check_that_waits_when_it_is_asked_for_more() -> None:
    text = printed(TWO_FAILURES, verbose=True)
    assert "does d  (explained above: does c)" in text
    assert "does e  (explained above: does c)" in text
    assert "wait for" not in text


def test_several_exercises_are_a_line_each_and_then_the_failures() -> None:
    text = table([GOOD, TWO_FAILURES])
    lines = text.splitlines()
    assert lines[1].split()[:4] == ["ex01", "PASS", "14/14", "1.2"]
    assert lines[2].split()[:4] == ["ex04", "FAIL", "1/5", "1.2"]
    assert text.index("ex04  FAIL") < text.index("does c") < text.index("does b")
    assert "14 passed\n" not in text
    assert lines[-1] == "2 exercises, 19 checks: 15 passed, 2 failed, 2 skipped"
    assert all(len(line) <= 80 for line in lines if "tensorboard --logdir" not in line)


def test_six_good_exercises_take_less_than_a_screen() -> None:
    reports = [replace(GOOD, exercise=exercise) for exercise in CATALOG]
    assert len(table(reports).splitlines()) < 15


def test_advice_and_notes_of_a_good_exercise_stand_below_the_table() -> None:
    advised = replace(GOOD, checks=[*PASSES[1:], replace(PASSES[0], advice="could be faster")], notes=["an old script"])
    text = table([advised, replace(GOOD, exercise="ex02")])
    assert text.index("ex02  PASS") < text.index("does part 0") < text.index("could be faster") < text.index("an old script")


def test_with_more_asked_for_the_reports_come_in_full_and_the_table_after_them() -> None:
    text = table([GOOD, TWO_FAILURES], verbose=True)
    assert text.index("does part 13") < text.index("does c") < text.index("ex01  PASS")
    assert text.count("does c\n") == 1


def test_no_isolation_is_said_once_whatever_the_number_of_exercises(monkeypatch: pytest.MonkeyPatch) -> None:
    assert table([GOOD, replace(GOOD, exercise="ex02")]).count("could read and change what you can") == 1
    assert printed(GOOD).count("could read and change") == 1
    assert "could read" not in table([replace(GOOD, isolation="bubblewrap")])
    monkeypatch.setattr("sys.platform", "darwin")
    assert printed(GOOD).count("for Linux only") == 1


def test_a_failure_names_the_recipe_that_helps_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check = CheckResult("check_overlays_train_and_test_curves", "overlays", Status.FAIL, "here", "two", "one", "look")
    with_recipe = replace(check, recipe="Two runs that overlay")
    monkeypatch.chdir(PROJECT)
    assert "recipe:   exercises/recipes.md: Two runs that overlay" in printed(replace(REPORT, checks=[with_recipe]))
    assert "recipe" not in printed(replace(REPORT, checks=[check]))
    monkeypatch.chdir(tmp_path)
    text = "".join(line.strip() for line in printed(replace(REPORT, checks=[with_recipe])).splitlines())
    assert f"{PROJECT}/exercises/recipes.md: Two runs" in text


def test_markup_of_a_submission_is_printed_as_it_is() -> None:
    assert "[red]d[/red]" in printed()


def test_the_command_to_look_is_one_line_that_can_be_copied() -> None:
    assert "tensorboard --logdir '/some where/logdir/ex04'\n" in printed()
    assert "tensorboard --logdir '/some where/logdir'\n" in table([REPORT])


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_that_is_not_utf_8_gets_a_report_with_the_nearest_characters(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding)
    show_what_fits(stream)
    report = TerminalReport(Console(file=stream, width=80, force_terminal=True, color_system=None))
    report.start(CATALOG["ex04"], Path("exercises/ex04.py"))
    report.finish(replace(REPORT, loss=[3.0, 2.0, 1.0]), CATALOG["ex04"])
    stream.flush()
    text = raw.getvalue().decode(encoding)
    assert "3 -> 1" in text
    assert "#" in text.split("loss:")[1].splitlines()[0]
    assert "\\u25" not in text
    assert "\\ud800" in text  # what no character stands for


@pytest.mark.parametrize("value", ["", "1"])
def test_a_terminal_gets_no_colour_where_no_color_is_set(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = io.StringIO()
    TerminalReport(Console(file=stream, force_terminal=True)).finish(GOOD, CATALOG["ex01"])
    assert ("\x1b[32m" in stream.getvalue()) is (value == "")


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([3.0, 2.0, 1.0], "█▅▁"),
        ([1.0, 1.0], "▁▁"),
        ([2.0, math.nan, 1.0], "█×▁"),
        ([math.inf], "×"),
    ],
)
def test_a_sparkline_shows_the_curve(values: list[float], line: str) -> None:
    assert sparkline(values) in (line, line.replace("▅", "▄"))


def test_a_long_curve_fits_its_width() -> None:
    line = sparkline([1 / (i + 1) for i in range(4690)])
    assert len(line) == 40
    assert line[0] == "█"
    assert line[-1] == "▁"
