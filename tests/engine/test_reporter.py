"""What became of a check is told as it was: a failure once, our own faults as ERROR, nothing as a pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.engine.reporter import Reporter
from checker.outcome import CheckResult, Report, Status
from checker.sandbox.box import MachineBusy

CHECKS = '''
import pytest
from checker.outcome import Mismatch

@pytest.fixture(scope="session")
def missing():
    raise Mismatch("logdir", "a file", "none", "write it")

def check_passes():
    """does this"""

def check_needs_it(missing):
    """needs what is missing"""

def check_needs_it_too(missing):
    """needs it, too"""

def check_fails_alone():
    """fails for its own reason"""
    raise Mismatch("there", "1\\x1b[31m", "2\\n3")

def check_breaks():
    """breaks"""
    return 1 / 0
'''


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[CheckResult]:
    file = tmp_path_factory.mktemp("checks") / "check_something.py"
    file.write_text(CHECKS)
    return run(file)


def run(file: Path) -> list[CheckResult]:
    reporter = Reporter()
    (file.parent / "pytest.ini").write_text("[pytest]\npython_files = check_*.py\npython_functions = check_*\n")
    options = ["-c", str(file.parent / "pytest.ini"), "-p", "no:terminal", "-p", "no:cacheprovider", "--noconftest"]
    pytest.main([str(file), *options], [reporter])
    return reporter.results


def test_results_tell_nothing_where_a_check_was_starved() -> None:
    reporter = Reporter()
    reporter.require_means()
    reporter.starved = MachineBusy("1 s of processor time in 300 s")
    with pytest.raises(MachineBusy):
        reporter.require_means()


def test_every_check_has_one_result_in_order_under_its_title(results: list[CheckResult]) -> None:
    assert [(result.id, result.title) for result in results] == [
        ("check_passes", "does this"),
        ("check_needs_it", "needs what is missing"),
        ("check_needs_it_too", "needs it, too"),
        ("check_fails_alone", "fails for its own reason"),
        ("check_breaks", "breaks"),
    ]


def test_one_cause_is_a_failure_once_and_explains_the_rest(results: list[CheckResult]) -> None:
    first, second = results[1:3]
    assert (first.status, first.where, first.expected, first.actual) == (Status.FAIL, "logdir", "a file", "none")
    assert (second.status, second.detail) == (Status.SKIP, "needs what is missing")


def test_what_a_stranger_wrote_cannot_steer_a_terminal(results: list[CheckResult]) -> None:
    assert (results[3].expected, results[3].actual) == ("1", "2 3")


def test_a_check_that_breaks_is_our_error_with_its_traceback(results: list[CheckResult]) -> None:
    assert results[4].status is Status.ERROR
    assert "ZeroDivisionError" in results[4].detail


def test_a_file_of_checks_that_cannot_be_loaded_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "check_broken.py").write_text("import nothing_of_this_name")
    (result,) = run(tmp_path / "check_broken.py")
    assert result.status is Status.ERROR
    assert "nothing_of_this_name" in result.detail


def report(*statuses: Status) -> Report:
    return Report("ex01", "ex01.py", "none", "none", [CheckResult("c", "t", status) for status in statuses])


def test_a_report_is_as_grave_as_its_gravest_check() -> None:
    assert report(Status.PASS, Status.PASS).status is Status.PASS
    assert report(Status.PASS, Status.FAIL, Status.SKIP).status is Status.FAIL
    assert report(Status.FAIL, Status.ERROR).status is Status.ERROR


def test_nothing_checked_is_never_a_pass() -> None:
    assert report().status is Status.ERROR
    assert report(Status.SKIP).status is Status.ERROR
