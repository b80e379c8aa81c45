"""Scripts that are named together are checked side by side; their reports come in the order of the names."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

from checker.catalog import built_in
from checker.outcome import Status
from checker.workers.script_worker import reports_in_order
from tests.support.fixture_types import CommandLine
from tests.support.ordered_workers import EndsAtSecond, FirstWaitsForSecond

TARGETS = [(built_in()[name], Path(f"{name}.py")) for name in ("ex01", "ex02", "ex03")]
TIMES = re.compile(r'"(?:duration_s|overhead_s|peak_memory_bytes)": [0-9.]+')


def test_a_report_waits_for_those_before_it(tmp_path: Path) -> None:
    reports = reports_in_order(partial(FirstWaitsForSecond, tmp_path), TARGETS, 2)
    assert [report.exercise for report in reports] == ["ex01", "ex02", "ex03"]


def test_a_worker_that_ends_costs_only_the_script_it_checked() -> None:
    first, second, third = reports_in_order(EndsAtSecond, TARGETS, 2)
    assert (first.checks, third.checks) == ([], [])
    assert second.status is Status.ERROR
    assert second.script == "ex02.py"
    assert "ended with status 7" in second.checks[0].detail


def test_two_at_a_time_say_what_one_after_the_other_say(command_line: CommandLine) -> None:
    said = []
    for jobs in ("1", "2"):
        result = command_line("ex01", "ex02", "ex03", "--jobs", jobs, "--json", "-")
        assert result.returncode == 0, result.stderr
        said.append(json.loads(TIMES.sub('"": 0', result.stdout)))
    assert said[0] == said[1]
    assert [report["exercise"] for report in said[0]["exercises"]] == ["ex01", "ex02", "ex03"]


def test_a_number_of_jobs_that_is_none_is_refused(command_line: CommandLine) -> None:
    result = command_line("ex01", "--jobs", "none")
    assert result.returncode == 2
    assert "'none' is neither a number from 1 on nor auto" in result.stderr
