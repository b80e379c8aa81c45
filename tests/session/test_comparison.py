"""What changed is told: since a moment, in comparison with another session, and in the cell itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from checker.intake.learner import Learner
from checker.outcome import CheckResult, Report, Status
from checker.session.comparison import compare_sessions, compare_with_earlier, lines_of
from checker.session.reporting import write_reports
from checker.session.store import Store
from checker.workers.assignment import Task
from tests.support.fixture_types import CommandLine

RIGHT = CheckResult("check_a", "does a", Status.PASS)
WRONG = CheckResult("check_b", "does <b>", Status.FAIL, "here", "one", "two", "look")


def give(store: Store, login: str, *checks: CheckResult) -> None:
    store.record(Task(login, "ex01", "k"), Report("ex01", "ex01.py", "none", "none", list(checks), cause="check_b"), 1)


def write_session(folder: Path, checks: dict[str, list[CheckResult]]) -> None:
    """Write a session with these results of ex01 by login."""
    folder.mkdir()
    with Store(folder) as store:
        store.enter([Learner(login, login, {}) for login in checks], {(login, "ex01"): "k" for login in checks})
        for login, found in checks.items():
            give(store, login, *found)
        write_reports(store, folder)


@pytest.fixture
def monday(tmp_path: Path) -> Path:
    write_session(tmp_path / "monday", {"ada": [WRONG, RIGHT], "bob": [RIGHT], "cy": [RIGHT]})
    return tmp_path / "monday"


def test_two_sessions_differ_in_cells_and_in_learners(monday: Path, tmp_path: Path) -> None:
    write_session(tmp_path / "tuesday", {"ada": [RIGHT, RIGHT], "bob": [RIGHT], "Zoë": [WRONG]})
    with Store(tmp_path / "tuesday", create=False) as store:
        found = compare_sessions(store, tmp_path / "tuesday", monday)
    assert list(lines_of(found)) == [
        "compared with monday: 1 change",
        "  ada ex01 ✗ 1 of 2 → ✓ 2 of 2",
        "  new here: Zoë",
        "  not here any more: cy",
    ]


def test_what_changed_since_a_moment_is_what_was_another_result_before(monday: Path) -> None:
    with Store(monday, create=False) as store:
        moment = time.time()
        assert compare_with_earlier(store, monday, moment).cells == []
        give(store, "ada", RIGHT, RIGHT)
        give(store, "bob", RIGHT)
        (changed,) = compare_with_earlier(store, monday, moment).cells
        assert (changed.login, changed.before.outcome, changed.before.why, changed.after.outcome) == (
            "ada",
            "fail",
            "does <b>",
            "pass",
        )
        everything = compare_with_earlier(store, monday, 0.0).cells
        assert [(each.login, each.before.outcome) for each in everything] == [
            (login, "pending") for login in ("ada", "bob", "cy")
        ]


def test_a_cell_with_another_outcome_than_before_is_marked_and_its_history_is_told(monday: Path) -> None:
    with Store(monday, create=False) as store:
        give(store, "ada", RIGHT, RIGHT)
        give(store, "bob", RIGHT)  # the same again
        write_reports(store, monday)
    index = (monday / "index.html").read_text("utf-8")
    assert index.count('<span class="mark" aria-hidden="true">Δ</span>') == 1
    assert "before: failed, 1 of 2" in index
    assert "another outcome than before" in index
    page = (monday / "learners/ada.html").read_text("utf-8")
    history = page[page.index('<p class="history">') :].partition("</p>")[0]
    assert history.index("✗") < history.index("does &lt;b&gt;") < history.index("→") < history.index("✓")


def test_the_command_prints_changes_and_writes_their_page(monday: Path, tmp_path: Path, command_line: CommandLine) -> None:
    write_session(tmp_path / "tuesday", {"ada": [RIGHT], "bob": [RIGHT], "cy": [RIGHT]})
    done = command_line("report", "tuesday", "--compare", "monday", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["compared with monday: 1 change", "  ada ex01 ✗ 1 of 2 → ✓ 1 of 1"]
    page = (tmp_path / "tuesday/changes.html").read_text("utf-8")
    assert "does &lt;b&gt;: two" in page
    assert 'href="changes.html">compared with monday' in (tmp_path / "tuesday/index.html").read_text("utf-8")
    since = command_line("report", "tuesday", "--since", "2020-01-01", "--lang", "fr", cwd=tmp_path)
    assert since.stdout.splitlines()[0] == "since 2020-01-01 00:00: 3 changes"
    assert "ce qui a changé depuis le 2020-01-01 00:00" in (tmp_path / "tuesday/changes.html").read_text("utf-8")
    plain = command_line("report", "tuesday", cwd=tmp_path)
    assert plain.returncode == 0
    assert not (tmp_path / "tuesday/changes.html").exists()
    for options, said in {
        ("--since", "soon"): "a day such as 2026-11-30",
        ("--compare", "nowhere"): "does not exist",
        ("--compare", "."): "no session",
        ("--compare", "monday", "--since", "2020-01-01"): "one of them at a time",
    }.items():
        refused = command_line("report", "tuesday", *options, cwd=tmp_path)
        assert (refused.returncode, said in " ".join(refused.stderr.split())) == (2, True), refused.stderr
