"""A pack from outside the repository goes through a whole session: taken in, checked, kept, reported without the original."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Generator
from pathlib import Path

import pytest

from checker.catalog import Catalog, built_in, load_catalog
from checker.engine.workshop import Options
from checker.intake.intake import Intake
from checker.intake.names import exercise_in, login_of_file
from checker.intake.sources import read_submissions
from checker.outcome import CheckResult, Report, Status
from checker.session import batch
from checker.session.packs import keep_packs, kept_catalog
from checker.session.reporting import write_reports
from checker.session.scheduler import Listener
from checker.session.session import Session
from checker.session.settings import Settings
from checker.session.store import Store
from checker.workers.assignment import Assignment, Event, Task
from checker.workers.cluster import dask_worker
from checker.workers.cluster.messages import Answer
from checker.workers.cluster.transfer import Transfer
from checker.workers.learner_worker import LearnerWorker, WorkerSettings, key_of
from checker.workers.pace import Pace
from checker.workers.pool_events import Began, Ended, Gave
from tests.support.fixture_types import CommandLine

PACK = """
[pack]
id = "sea"
title = "The sea"

[exercises.waves]
title = "the height of a wave"

[exercises.tides]
title = "the height of a tide"
"""
CHECKS = """
from checker.expect import expect
from .sea_words import HEIGHT

def check_prints_a_height(stdout):
    '''prints a height'''
    expect(HEIGHT in stdout, "stdout", HEIGHT, stdout)
"""
IDS = ["waves", "tides"]


@pytest.fixture
def sea(tmp_path: Path) -> Path:
    """A pack of two exercises that need no data."""
    folder = tmp_path / "teacher" / "sea"
    (folder / "checks").mkdir(parents=True)
    (folder / "pack.toml").write_text(PACK)
    (folder / "checks" / "sea_words.py").write_text('HEIGHT = "height"\n')
    for exercise in IDS:
        (folder / "checks" / f"check_{exercise}.py").write_text(CHECKS)
        (folder / f"{exercise}.py").write_text('print("height 3")\n')
    return folder


@pytest.fixture
def catalog(sea: Path) -> Catalog:
    """The exercises of the suite, and those of the pack."""
    return load_catalog([sea], ask_environment=False)


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Ada handed in two files, Bob a folder with a folder inside."""
    folder = tmp_path / "handed in"
    (folder / "bob" / "Tides").mkdir(parents=True)
    (folder / "ada_tides.py").write_text('print("height 3")\n')
    (folder / "Waves ada.py").write_text('print("height 3")\n')
    (folder / "bob" / "Tides" / "main.py").write_text('print("nothing")\n')
    return folder


@pytest.mark.parametrize(
    ("name", "exercise", "login"),
    [
        ("ada_tides", "tides", "ada"),
        ("TIDES-ada", "tides", "ada"),
        ("ada.high-tides", "high_tides", "ada"),
        ("tides", "tides", ""),
        ("besides", "", "besides"),
        ("tides2", "", "tides2"),
        ("ada_ex04_tides", "ex04", "ada_tides"),
        ("exercise 77 tides", "tides", "exercise 77"),
        ("ada_ex77", "ex77", "ada"),
    ],
)
def test_an_id_is_a_word_of_the_name_and_the_longest_counts(name: str, exercise: str, login: str) -> None:
    ids = [*built_in(), "tides", "high_tides"]
    assert exercise_in(name, ids) == exercise
    assert login_of_file(name, ids) == login


def test_scripts_of_a_pack_are_found_by_its_ids(catalog: Catalog, submissions: Path, tmp_path: Path) -> None:
    found = read_submissions(submissions, catalog)
    learners = Intake(tmp_path / "session", IDS, catalog).take_all(found, {})
    scripts = {learner.login: {name: each.path.name for name, each in learner.scripts.items()} for learner in learners}
    assert scripts == {"ada": {"tides": "ada_tides.py", "waves": "Waves ada.py"}, "bob": {"tides": "main.py"}}
    assert read_submissions(submissions, built_in()).sources.keys() == {"bob"}


def settings_of(tmp_path: Path, catalog: Catalog) -> Settings:
    return Settings(tmp_path / "session", catalog, IDS, Options(isolation="none"), jobs=1)


def run_nothing(worker: object, waiting: deque[Assignment], pace: Pace) -> Generator[Event, None, None]:
    """Pass every exercise, in this process."""
    while waiting:
        assignment = waiting.popleft()
        yield Began(assignment)
        for task in assignment.tasks:
            yield Gave(assignment, Report(task.exercise, "s", "none", "none", [CheckResult("c", "t", Status.PASS)]))
        yield Ended(assignment, "")


def test_a_session_stores_results_in_the_order_of_the_pack_and_is_reported_without_it(
    catalog: Catalog, submissions: Path, sea: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ear(Listener):
        heard: list[str] = []  # noqa: RUF012  # of the only ear there is

        def finish(self, task: object, report: Report, is_final: bool) -> None:
            self.heard.append(report.exercise)

    monkeypatch.setattr(batch, "run_all", run_nothing)
    with Session(settings_of(tmp_path, catalog)) as session:
        session.take_in(read_submissions(submissions, catalog)).check(Ear())
        statuses = session.store.statuses()
    assert Ear.heard == ["waves", "tides", "tides"]
    assert {cell: status and status.value for cell, status in statuses.items()} == {
        ("ada", "waves"): "pass",
        ("ada", "tides"): "pass",
        ("bob", "waves"): "fail",
        ("bob", "tides"): "pass",
    }
    kept = {path.relative_to(tmp_path / "session/packs").as_posix() for path in (tmp_path / "session/packs").rglob("*.*")}
    assert kept == {"sea/pack.toml", "sea/checks/check_waves.py", "sea/checks/check_tides.py", "sea/checks/sea_words.py"}
    shutil.rmtree(sea)
    with Store(tmp_path / "session", create=False) as store:
        page = write_reports(store, tmp_path / "session", likeness=True).read_text("utf-8")
    assert page.index("the height of a wave") < page.index("the height of a tide")


def test_a_result_is_valid_as_long_as_the_pack_stays(catalog: Catalog, sea: Path, tmp_path: Path) -> None:
    def key() -> str:
        return key_of("digest", Options(), load_catalog([sea], ask_environment=False).pack_of("tides"))

    before = key()
    assert key_of("digest", Options(), keep_packs(catalog, tmp_path).pack_of("tides")) == before
    (sea / "tides.py").write_text("another solution\n")
    assert key() == before
    (sea / "checks" / "sea_words.py").write_text('HEIGHT = "depth"\n')
    assert key() != before


def test_the_packs_of_a_session_are_written_anew_even_from_themselves(catalog: Catalog, tmp_path: Path) -> None:
    first = keep_packs(catalog, tmp_path)
    (tmp_path / "packs" / "old").mkdir()
    again = keep_packs(first, tmp_path)
    assert [pack.folder for pack in again.foreign_packs] == [tmp_path / "packs" / "sea"]
    assert [*kept_catalog(tmp_path)] == [*built_in(), *IDS]
    assert [*keep_packs(built_in(), tmp_path)] == [*built_in()]


def test_a_worker_holds_the_checks_of_a_pack_as_they_are_now(catalog: Catalog, sea: Path, tmp_path: Path) -> None:
    settings = WorkerSettings(tmp_path / "session", catalog, Options(isolation="none"), 1)
    script = tmp_path / "session" / "tides.py"
    script.parent.mkdir()
    script.write_text('print("height 3")\n')
    found: list[Report] = []
    for word in ("height", "depth"):
        (sea / "checks" / "sea_words.py").write_text(f'HEIGHT = "{word}"  # {word}\n')
        with LearnerWorker(settings) as worker:
            task = Task("ada", "tides", "k")
            found += worker.work(Assignment("ada", "ada", (task,), {"tides": script}))
    assert [report.status for report in found] == [Status.PASS, Status.FAIL], found


def test_a_pack_travels_with_the_first_order(catalog: Catalog, sea: Path, tmp_path: Path) -> None:
    session = tmp_path / "session"
    script = session / "submissions" / "ada" / "tides.py"
    script.parent.mkdir(parents=True)
    script.write_text('print("height 3")\n')
    settings = WorkerSettings(session, keep_packs(catalog, session), Options(isolation="none"), 1)
    assignment = Assignment("ada", "ada", (Task("ada", "tides", "k"),), {"tides": script})
    transfer = Transfer(settings)
    order = transfer.order(assignment, 0, dask_worker.PROCESS, 1)
    shutil.rmtree(sea)
    shutil.rmtree(session / "packs")
    answer = Answer.read(dask_worker.work(order))
    dask_worker.leave(transfer.token)
    report = transfer.report(assignment, 0, answer)
    assert (report.exercise, report.status, report.script) == ("tides", Status.PASS, "submissions/ada/tides.py"), report


def test_the_option_pack_of_the_command(command_line: CommandLine, submissions: Path, sea: Path, tmp_path: Path) -> None:
    done = command_line("session", "handed in", "--pack", "teacher/sea", "--into", "s", "--sandbox", "none", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "2 learners, 4 exercises: 3 to run, 0 need no run, 1 has no script" in done.stdout
    assert "4 exercises: 2 passed, 1 failed, 1 not handed in" in done.stdout
    assert 'LOGIN waves "…"' in done.stdout
    noted = command_line("note", "s", "bob", "tides", "print it", cwd=tmp_path)
    assert noted.stdout == "noted on bob tides (it fails check_prints_a_height): print it\n"
    assert command_line("note", "s", "bob", "ex01", cwd=tmp_path).returncode == 2
    again = command_line("session", "handed in", "--pack", "teacher/sea", "--into", "s", "--sandbox", "none", cwd=tmp_path)
    assert "4 exercises: 0 to run, 3 need no run" in again.stdout
    shutil.rmtree(sea)
    assert command_line("report", "s", cwd=tmp_path).returncode == 0
    refused = command_line("session", "handed in", "--pack", "teacher/sea", cwd=tmp_path)
    assert refused.returncode == 2
    assert "a pack is a folder with a pack.toml in it" in refused.stderr
