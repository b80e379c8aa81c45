"""The last lines of a session."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from checker.catalog import built_in
from checker.engine.breach import busy_result
from checker.engine.workshop import Options
from checker.intake.sources import read_submissions
from checker.outcome import CheckResult, Report, Status
from checker.session.console import show_summary
from checker.session.session import Session
from checker.session.settings import Settings
from tests.support.handed_in import write


def test_what_a_busy_machine_did_not_decide_is_counted_apart_from_what_broke(tmp_path: Path) -> None:
    results = {
        "ada": CheckResult("check_a", "does a", Status.PASS),
        "bob": CheckResult("box", "the script can be run", Status.ERROR, detail="Traceback"),
        "eve": busy_result("9 s of processor time in 300 s", "ex01.py"),
    }
    for login in results:
        write(tmp_path / "in" / login / "ex01.py")
    settings = Settings(tmp_path / "session", built_in(), ["ex01"], Options(), 1)
    screen = io.StringIO()
    with Session(settings) as session:
        batch = session.take_in(read_submissions(tmp_path / "in", built_in()))
        for task in session.store.pending():
            session.store.record(task, Report("ex01", "s", "none", "none", [results[task.login]]), 1)
        show_summary(Console(file=screen, width=200), batch, session.store, settings, tmp_path / "index.html")
    assert "3 exercises: 1 passed, 1 broken, 1 not decided: this machine was too busy\n" in screen.getvalue()
