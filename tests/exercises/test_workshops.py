"""The scripts of `exercises/workshops/`, by hand and checked, and how the command line means them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from checker.catalog import built_in
from checker.engine.workshop import Options, Workshop
from checker.evidence.events import read_event_log
from checker.evidence.graph import Graph
from checker.exercise import Exercise
from checker.learner.skeleton import make_skeleton
from checker.learner.tasks import LearnerTask, read_tasks
from checker.near_names import exercises_in_name
from checker.outcome import Report, Status
from checker.selftest.exercise_parts import PRINTED_LINES, Parts
from checker.session.arguments import read_exercises
from checker.targets import find_targets
from tests.support.by_hand import SCRIPTS
from tests.support.exercises import CATALOG, WORKSHOPS
from tests.support.fixture_types import CommandLine
from tests.support.paths import PROJECT
from tests.support.script_shape import IMPORT_LINE, loose_statements
from tests.support.served_board import ServedBoard
from tests.support.tensorboard_server import server
from tests.support.tours import TourStep, workshop_steps

WORKSHOP = WORKSHOPS.packs[0]
TOURS = workshop_steps()
ON_DISK = SCRIPTS / "workshops"
SCRIPT_LINES = range(50, 201)


def tasks_of(exercise: Exercise) -> Sequence[LearnerTask]:
    assert exercise.tasks
    return read_tasks(exercise.tasks)


Ran = tuple[Path, dict[str, CompletedProcess[str]]]


@pytest.fixture(scope="module")
def ran(told_by_workshops: Ran) -> Ran:
    """The folder in which the workshops were run by hand, and what they told."""
    return told_by_workshops


@pytest.fixture(scope="module")
def reports(workshop: Workshop) -> dict[str, Report]:
    """The reports of the complete scripts."""
    return {each.id: workshop.check(each, each.solution, Options()) for each in WORKSHOPS.exercises.values()}


@pytest.mark.parametrize("exercise", WORKSHOPS)
def test_a_workshop_tells_some_lines_of_its_own(ran: Ran, exercise: str) -> None:
    told = ran[1][exercise]
    assert told.returncode == 0, told.stderr
    assert len(told.stdout.splitlines()) in PRINTED_LINES
    assert [line for line in told.stderr.splitlines() if not IMPORT_LINE.match(line)] == []


def test_workshops_write_only_below_their_logdir(ran: Ran) -> None:
    written = {path.relative_to(ran[0]).parts[:2] for path in ran[0].rglob("*") if path.is_file()}
    assert written == {("logdir", exercise) for exercise in WORKSHOPS}


@pytest.mark.parametrize("exercise", WORKSHOPS)
def test_a_workshop_lacks_nothing_that_a_solution_needs(reports: dict[str, Report], exercise: str) -> None:
    parts = list(Parts(WORKSHOPS[exercise], []).when_run(lambda script: reports[exercise]))
    assert len(parts) >= 4
    assert [part for part in parts if part.is_lacking] == []


@pytest.mark.parametrize("exercise", WORKSHOPS)
def test_a_skeleton_of_a_workshop_runs_and_fails(workshop: Workshop, exercise: str) -> None:
    lacking = list(Parts(WORKSHOPS[exercise], []).skeleton_when_run(lambda script: _checked(workshop, exercise, script)))
    assert len(lacking) == 1
    assert [part for part in lacking if part.is_lacking] == []


def _checked(workshop: Workshop, exercise: str, script: Path) -> Report:
    report = workshop.check(WORKSHOPS[exercise], script, Options())
    assert report.status is Status.FAIL
    assert "check_runs_to_the_end" not in [failure.id for failure in report.failures]
    return report


@pytest.mark.parametrize(
    ("exercise", "name"), [(each.id, task.id) for each in WORKSHOPS.exercises.values() for task in tasks_of(each)]
)
def test_a_task_left_undone_fails_its_own_checks_only(workshop: Workshop, tmp_path: Path, exercise: str, name: str) -> None:
    found = WORKSHOPS[exercise]
    left = next(task for task in tasks_of(found) if task.id == name)
    script = tmp_path / found.script
    script.write_text(make_skeleton(found.solution.read_text("utf-8"), [left], "en"), "utf-8")
    report = workshop.check(found, script, Options())
    assert report.status is Status.FAIL
    assert {failure.id for failure in report.failures} <= {*left.checks}


@pytest.mark.parametrize("exercise", WORKSHOPS)
def test_a_workshop_holds_definitions_only_and_keeps_to_python_3_7(exercise: str) -> None:
    source = (ON_DISK / f"{exercise}.py").read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 7))
    assert loose_statements(tree) == []
    assert len(source.splitlines()) in SCRIPT_LINES
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert all((node.end_lineno or 0) - node.lineno < 45 for node in functions)


# --- what TensorBoard shows ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def board(ran: Ran) -> Iterator[ServedBoard]:
    """TensorBoard over everything that the workshops have written."""
    with server(ran[0] / "logdir") as address:
        served = ServedBoard(address)
        served.wait_for(
            ["hello", "formula", "line", "optimisers/adam", "tensors", "mlp/train"], ["GRAPHS", "SCALARS", "IMAGES", "TEXT"]
        )
        yield served


@pytest.mark.parametrize("step", TOURS, ids=str)
def test_what_a_step_of_a_tour_names_is_there(board: ServedBoard, step: TourStep) -> None:
    assert board.faults(step) == []


def test_every_workshop_has_its_tour() -> None:
    assert {step.tour for step in TOURS} == {*WORKSHOPS}


@pytest.mark.parametrize("step", [step for step in TOURS if step.page == "GRAPHS"], ids=str)
def test_a_box_that_a_tour_opens_is_a_name_scope(ran: Ran, step: TourStep) -> None:
    (content, *_) = (graph for run in read_event_log(ran[0] / step.logdir).runs.values() for graph in run.graphs)
    boxes = {action["box"] for action in step.actions if "box" in action}
    assert boxes <= {*Graph.from_graph_def(content).scopes()}


# --- what the command line means ------------------------------------------------------------------------------------


def test_without_a_word_the_day_is_meant_and_a_workshop_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    assert [exercise.id for exercise, _ in find_targets(built_in(), [], ()).targets] == [*CATALOG]
    assert [exercise.id for exercise, _ in find_targets(built_in(), [WORKSHOP.folder], ()).targets] == [*WORKSHOPS]
    ((exercise, script),) = find_targets(built_in(), [], ["hello"]).targets
    assert (exercise.id, script) == ("hello", Path("exercises/workshops/hello.py"))


def test_a_session_means_the_day_unless_the_workshops_are_named() -> None:
    assert read_exercises(None, built_in(), []) == [*CATALOG]
    assert read_exercises(None, built_in(), [WORKSHOP.folder]) == [*WORKSHOPS]
    assert read_exercises("hello", built_in(), []) == ["hello"]


def test_the_workshops_are_named_by_their_word(command_line: CommandLine, tmp_path: Path) -> None:
    unknown = command_line("--pack", "workshop", cwd=tmp_path)
    assert unknown.returncode == 2
    listed = command_line("list", "--pack", "workshops", cwd=tmp_path)
    assert listed.returncode == 0
    assert [line.split()[0] for line in listed.stdout.splitlines() if line[0] != " "] == [*CATALOG, *WORKSHOPS]


def test_a_folder_is_started_for_the_workshops_and_does_not_hold_their_path(
    command_line: CommandLine, tmp_path: Path
) -> None:
    started = command_line("start", "my", "--pack", "workshops", cwd=tmp_path)
    assert started.returncode == 0, started.stderr
    made = {path.name for path in (tmp_path / "my").glob("*.py")}
    assert made == {f"{exercise}.py" for exercise in WORKSHOPS}
    settings = (tmp_path / "my/checker.toml").read_text("utf-8")
    assert 'subjects = ["workshops"]' in settings
    assert "packs = []" in settings
    progress = command_line("progress", cwd=tmp_path / "my")
    assert [line.split()[0] for line in progress.stdout.splitlines()] == [*WORKSHOPS]


def test_a_number_in_the_name_of_a_script_counts_more_than_a_word() -> None:
    assert exercises_in_name("ex02_hello", [*built_in()]) == ["ex02"]
    assert exercises_in_name("my_hello", [*built_in()]) == ["hello"]
