"""A session of thirty learners: each cell, its reason, and what the intake says of it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from markupsafe import Markup

from checker.outcome import Report
from checker.report.html.words import MARKS
from checker.report.view import outcome_of
from checker.session.store import Store
from tests.support.pool import PoolLearner, hand_in, read_pool
from tests.support.processes import checker_command, environment

POOL = read_pool()
EXERCISES = ("ex01", "ex02")
TIMEOUT_S = "15"  # two scripts run into it


@dataclass(frozen=True)
class CheckedPool:
    """The session of the pool, when it has ended."""

    folder: Path
    screen: str
    reports: dict[tuple[str, str], Report]
    folders: dict[str, str]  # by login

    def page_of(self, login: str) -> str:
        """Return the words of a learner's page."""
        page = (self.folder / "learners" / f"{self.folders[login]}.html").read_text("utf-8")
        return Markup(page.partition("</style>")[2]).striptags()

    def marked(self, login: str) -> list[str]:
        """Return the exercises of a learner whose cell in the grid has the mark of a remark."""
        page = (self.folder / "index.html").read_text("utf-8")
        row = page.partition(f'data-key="{login}"')[2].partition("</tr>")[0]
        cells = row.split("<td")[1:]
        return [exercise for exercise, cell in zip(EXERCISES, cells) if MARKS["choice"] in cell]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> CheckedPool:
    top = tmp_path_factory.mktemp("pool")
    (top / "handed in").mkdir()
    for learner in POOL:
        hand_in(learner, top / "handed in")
    takes = [f"--take={learner.login}:{learner.take}" for learner in POOL if learner.take]
    options = ("--exercises", ",".join(EXERCISES), "--into", "session", "--timeout", TIMEOUT_S, *takes)
    command = checker_command("session", "handed in", *options)
    done = subprocess.run(command, cwd=top, env=environment(), capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 1, done.stderr
    with Store(top / "session", create=False) as store:
        reports = {(result.task.login, result.task.exercise): result.report for result in store.results()}
        folders = store.folders()
    assert None not in reports.values()
    return CheckedPool(top / "session", done.stdout, {cell: report for cell, report in reports.items() if report}, folders)


def test_the_pool_has_thirty_learners_with_a_story_each() -> None:
    assert len(POOL) == 30
    assert len({learner.story for learner in POOL}) == 30


def test_every_learner_of_the_pool_is_there_and_nobody_else(pool: CheckedPool) -> None:
    assert {login for login, _ in pool.reports} == {learner.login for learner in POOL}


@pytest.mark.parametrize("learner", POOL, ids=lambda learner: learner.login)
def test_each_learner_gets_the_right_cells_reasons_and_notes(pool: CheckedPool, learner: PoolLearner) -> None:
    outcomes = {exercise: outcome_of(pool.reports[learner.login, exercise]) for exercise in EXERCISES}
    assert outcomes == learner.cells
    page = pool.page_of(learner.login)
    assert [words for words in learner.says if words not in page] == []
    assert {*learner.chosen} <= {*pool.marked(learner.login)}


def test_a_choice_marks_a_cell_and_plain_work_does_not(pool: CheckedPool) -> None:
    assert [learner.login for learner in POOL if learner.chosen] == ["hana", "ines", "jo", "kim"]
    for login in ("Ada Lovelace", "bob", "fay", "Zoë"):
        assert pool.marked(login) == []


def test_each_number_of_a_shared_mistake_stands_beside_its_learner(pool: CheckedPool) -> None:
    page = Markup((pool.folder / "index.html").read_text("utf-8").partition("Who shares which mistake")[2]).striptags()
    for login, found in {"bob": "7 - 248832", "Bea": "36 - 248832"}.items():
        around = page[page.index(found) - 60 : page.index(found) + 60]
        assert login in around


def test_the_corrector_is_told_which_modules_are_missing_and_for_whom(pool: CheckedPool) -> None:
    told = pool.screen.partition("modules that are")[2]
    assert "tidetable: pia, quim" in told, pool.screen


def test_one_missing_module_is_one_mistake_in_all_exercises(pool: CheckedPool) -> None:
    page = Markup((pool.folder / "index.html").read_text("utf-8").partition("In several exercises")[2]).striptags()
    assert page.index("tidetable") < page.index("ex01")


def test_a_sleeper_and_an_endless_loop_are_failures_and_no_busy_machine(pool: CheckedPool) -> None:
    for login in ("raj", "sam"):
        assert not pool.reports[login, "ex01"].is_starved
