"""The recipes: each is run for real and leaves what it promises; each failure leads to one that is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from checker.engine.workshop import Workshop
from checker.evidence.checkpoint import newest_prefix
from checker.evidence.events import EventLog, read_event_log
from checker.evidence.pictures import decode_png
from checker.exercise import BUILT_IN
from checker.recipes import titles_of
from checker.selftest.corpus import read_corpus
from checker.selftest.run_cases import examine
from tests.support.exercises import CATALOG
from tests.support.fixture_types import RunScript
from tests.support.paths import SUBMISSIONS

PAGE = BUILT_IN / "recipes.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
MOST_LINES = 12  # of the code of a recipe

Promise = Callable[[EventLog, str, Path], bool]  # what the run left: events, output, its folder


def sections() -> dict[str, str]:
    """Return the text of each recipe by its anchor."""
    texts = re.split(r"^## .+\n", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(titles_of(PAGE), texts))


def code_of(anchor: str) -> str:
    (code,) = BLOCK.findall(sections()[anchor])
    return str(code)


def first_lines() -> str:
    return str(BLOCK.findall(PAGE.read_text("utf-8"))[0])


def steps(log: EventLog, run: str, tag: str) -> list[int]:
    return [point.step for point in log.runs[run].scalars[tag]]


def images(log: EventLog, run: str) -> dict[str, tuple[int, ...]]:
    """Return the shape of the last picture of each tag of a run."""
    found = {tag: decode_png(series[-1].encoded) for tag, series in log.runs[run].images.items()}
    return {tag: picture.shape for tag, picture in found.items() if picture is not None}


def widths(log: EventLog) -> list[float]:
    return [each.maximum - each.minimum for each in log.runs["spread"].histograms["spread"]]


def number(output: str, word: str) -> float:
    found = re.search(rf"{word}: ([-\d.e]+)", output)
    assert found is not None, output
    return float(found[1])


# What is printed after a recipe whose result is in no file.
PROBES = {
    "feed-a-batch": "print(batch.shape, 'last:', batch[-1])",
    "scale-pixels": "print(rows.dtype, rows.shape, 'least:', rows.min(), 'most:', rows.max())",
    "standardise-columns": "print('off:', abs(standard.mean(axis=0)).max() + abs(standard.std(axis=0) - 1).max())",
    "a-confusion-matrix": "print(counts.tolist(), [text.get_text() for text in axes.get_yticklabels()])",
    "keras-in-graph-mode": "print('parameters:', model.count_params())",
}
PROMISES: dict[str, Promise] = {
    "feed-a-batch": lambda log, output, run: "(100,)" in output and abs(number(output, "last") - 1830.2) < 0.1,
    "a-session-that-trains": lambda log, output, run: abs(number(output, "knob") - 2) < 0.01,
    "one-point-per-step-of-a-curve": lambda log, output, run: steps(log, "waves", "height") == [*range(200)],
    "two-runs-that-overlay": lambda log, output, run: all(
        steps(log, f"shops/{town}", "sales") == [*range(30)] for town in ("paris", "lyon")
    ),
    "write-the-graph-and-close-the-writer": lambda log, output, run: (
        number(output, "area") == 6 and b"triangle/rectangle" in log.runs["triangle"].graphs[0]
    ),
    "name-scopes-without-loss_1": lambda log, output, run: [*log.runs["cooling"].scalars] == ["heat"],
    "only-some-of-the-summaries": lambda log, output, run: [*log.runs["drive"].scalars] == ["speed"],
    "how-a-figure-becomes-an-image": lambda log, output, run: images(log, "sine") == {"sine": (200, 300)},
    "arrays-as-pictures": lambda log, output, run: (
        images(log, "patterns") == {f"patterns/image/{place}": (8, 8) for place in range(5)}
    ),
    "a-histogram-over-time": lambda log, output, run: bool(
        np.allclose(widths(log)[0] / np.array(widths(log)), [1, 2, 4, 8])
    ),
    "save-into-a-folder-that-is-not-there-yet": lambda log, output, run: newest_prefix(run / "counter") is not None,
    "restore-what-was-saved": lambda log, output, run: number(output, "level") == 4,
    "scale-pixels": lambda log, output, run: output.startswith("float32 (50, 64) least: 0.0 most: 1.0"),
    "standardise-columns": lambda log, output, run: number(output, "off") < 1e-12,
    "two-shapes-that-broadcast": lambda log, output, run: output.split("\n")[:2] == ["table: (3, 3)", "pairs: (3, 1)"],
    "dropout-off-for-the-test": lambda log, output, run: (
        number(output, "test") == 1 and abs(number(output, "training") - 0.5) < 0.1
    ),
    "test-digits-that-are-misread": lambda log, output, run: "rows to show: [2 4]" in output,
    "a-confusion-matrix": lambda log, output, run: "[[1, 1, 0], [0, 1, 0], [1, 0, 1]] ['sun', 'rain', 'snow']" in output,
    "keras-in-graph-mode": lambda log, output, run: "a graph: True" in output and number(output, "parameters") == 3,
    "a-saver-and-a-writer-for-keras": lambda log, output, run: (
        b"plane/kernel" in log.runs["plane"].graphs[0] and newest_prefix(run / "plane") is not None
    ),
    "curves-over-the-epochs-of-keras": lambda log, output, run: all(
        steps(log, f"sums/{name}", "loss") == [*range(5)] for name in ("known", "new")
    ),
}


def test_every_recipe_is_tested_for_what_it_promises() -> None:
    assert [*titles_of(PAGE)] == [*sections()]
    assert {*titles_of(PAGE)} == {*PROMISES}


@pytest.mark.parametrize("anchor", PROMISES)
def test_a_recipe_runs_and_leaves_what_it_promises(run_script: RunScript, job_folder: Path, anchor: str) -> None:
    done = run_script("\n".join([first_lines(), code_of(anchor), PROBES.get(anchor, "")]))
    assert done.exit_code == 0, done.stderr.decode()
    logdir = job_folder / "run" / "logdir"
    log = read_event_log(logdir)
    assert log.problems == []
    assert PROMISES[anchor](log, done.stdout.decode(), logdir), (done.stdout.decode(), log)


@pytest.mark.parametrize(
    ("anchor", "line", "instead", "error"),
    [
        ("save-into-a-folder-that-is-not-there-yet", "os.makedirs(folder, exist_ok=True)", "", "doesn't exist"),
        ("only-some-of-the-summaries", "every_step = tf.summary.merge([tf.summary.scalar(\"speed\", speed)])", "tf.summary.scalar('speed', speed)", "every_step"),
        ("a-session-that-trains", "        sess.run(turn)", "        turn = sess.run(turn)", "None"),
    ],
)  # fmt: skip
def test_the_trap_that_a_recipe_names_is_one(
    run_script: RunScript, anchor: str, line: str, instead: str, error: str
) -> None:
    assert f"{line}\n" in code_of(anchor)
    done = run_script("\n".join([first_lines(), code_of(anchor).replace(line, instead)]))
    assert done.exit_code != 0
    assert error in done.stderr.decode()


def test_a_summary_named_like_a_scope_gets_another_tag(run_script: RunScript, job_folder: Path) -> None:
    code = code_of("name-scopes-without-loss_1").replace('"cooling")', '"heat")', 1)
    assert run_script("\n".join([first_lines(), code])).exit_code == 0
    assert [*read_event_log(job_folder / "run/logdir").runs["cooling"].scalars] == ["heat_1"]


@pytest.mark.parametrize("anchor", titles_of(PAGE))
def test_a_recipe_is_short_and_no_part_of_a_solution(anchor: str) -> None:
    lines = [line.strip() for line in code_of(anchor).splitlines()]
    assert len(lines) <= MOST_LINES
    pairs = {*pairwise(lines)}
    for exercise in CATALOG.exercises.values():
        solution = [line.strip() for line in exercise.solution.read_text("utf-8").splitlines()]
        assert pairs & {*pairwise(solution)} == set()


def recipes_of_failures() -> Iterator[str]:
    for exercise in CATALOG.exercises.values():
        yield from (recipe.title for recipe in exercise.recipes.values())


def test_every_exercise_with_failures_that_a_recipe_helps_with_names_them() -> None:
    assert all(exercise.recipes for exercise in CATALOG.exercises.values())
    assert {*recipes_of_failures()} <= {*titles_of(PAGE).values()}


@pytest.mark.parametrize(
    ("case", "recipe"),
    [
        ("ex01_graph_not_written", "Write the graph and close the writer"),
        ("ex02_broadcast", "Two shapes that broadcast"),
        ("ex02_tags_loss_1_and_2", "Name scopes without loss_1"),
        ("ex02_step_not_given", "One point per step of a curve"),
        ("ex02_no_picture", "How a figure becomes an image"),
        ("ex02_absolute_error", ""),
        ("ex04_one_run", "Two runs that overlay"),
        ("ex05_keras_own_format", "A Saver and a writer for Keras"),
    ],
)
def test_a_failure_names_the_recipe_that_helps(workshop: Workshop, case: str, recipe: str) -> None:
    cases, _ = read_corpus(SUBMISSIONS, CATALOG)
    (found,) = [each for each in cases if each.name == case]
    first = examine(found, workshop).failures[0]
    assert first.recipe == recipe
