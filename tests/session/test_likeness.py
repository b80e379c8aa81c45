"""Submissions that are alike are found; a shared skeleton, another solution and equal starts are no likeness."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import numpy as np
import pytest

from checker.catalog import built_in
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.graph import Graph
from checker.evidence.variables import digest
from checker.intake.learner import Learner
from checker.outcome import CheckResult, Report, Status
from checker.report.view import Alike
from checker.session.likeness import NEAR, Submission, find_alike, near_identical, runs_of, runs_of_solutions
from checker.session.reporting import write_reports
from checker.session.store import Store
from checker.workers.assignment import Task
from tests.support.fixture_types import WriteWithTensorflow
from tests.support.paths import PROJECT

SCRIPTS = PROJECT / "exercises"
OURS = runs_of_solutions(built_in())
WORDS = "tf.matmul tf.reduce_mean tf.square tf.nn.relu np.zeros np.ones tf.reshape tf.concat sorted len print tf.add".split()


def script(seed: int, lines: int = 60) -> str:
    """Return a script that nobody else writes."""
    choice = random.Random(seed)
    return "\n".join(
        f"v{line} = {choice.choice(WORDS)}({choice.choice(WORDS)}(v{choice.randrange(9)}, {choice.randrange(99)}), "
        f"{choice.randrange(99)}) {choice.choice('+-*/')} {choice.choice(WORDS)}({choice.randrange(99)})"
        for line in range(lines)
    )


def grouped(texts: dict[str, str]) -> list[set[str]]:
    found = near_identical([Submission(login, login, runs_of(text), "") for login, text in texts.items()], OURS)
    assert all(share >= NEAR for _, share in found)
    return [{each.login for each in group} for group, _ in found]


def test_a_script_with_other_names_comments_and_spaces_is_alike_and_another_is_not() -> None:
    dressed = script(1).replace("v", "value_").replace(" = ", "=  ").replace("\n", "  # mine\n")
    assert grouped({"ada": script(1), "bob": dressed, "eva": script(2), "max": script(3)}) == [{"ada", "bob"}]


def test_a_change_of_a_few_lines_leaves_it_alike() -> None:
    lines = script(1).split("\n")
    lines[30] = "print('something', 'of', 'its', 'own')"
    assert grouped({"ada": script(1), "bob": "\n".join(lines)}) == [{"ada", "bob"}]


def test_our_own_scripts_and_what_many_share_are_nobodys_own() -> None:
    ours = (SCRIPTS / "ex04.py").read_text("utf-8")
    assert grouped({"ada": ours, "bob": ours}) == []
    assert grouped({"ada": ours + script(1), "bob": ours + script(2)}) == []
    skeleton = script(0)
    class_of_20 = {f"learner {seed}": skeleton + "\n" + script(seed) for seed in range(1, 21)}
    assert grouped(class_of_20) == []
    assert grouped({**class_of_20, "copy": class_of_20["learner 7"]}) == [{"learner 7", "copy"}]


def test_a_notebook_is_compared_by_its_code(tmp_path: Path) -> None:
    head, tail = script(1)[:2000], script(1)[2000:]
    cells = [{"cell_type": "code", "source": text, "outputs": ["a picture"]} for text in (head, tail)]
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions/ada.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    (tmp_path / "submissions/bob.py").write_text(script(1), "utf-8")
    (tmp_path / "submissions/eva.ipynb").write_text("no notebook", "utf-8")
    learners = [Learner(login, login, {}) for login in ("ada", "bob", "eva")]
    with Store(tmp_path) as store:
        store.enter(learners, {(learner.login, "ex02"): "k" for learner in learners})
        for login, suffix in (("ada", "ipynb"), ("bob", "py"), ("eva", "ipynb")):
            report = Report("ex02", f"submissions/{login}.{suffix}", "none", "none", [CheckResult("c", "t", Status.PASS)])
            store.record(Task(login, "ex02", "k"), report, 1)
        (group,) = find_alike(store, tmp_path, built_in())
    assert [login for login, _ in group.logins] == ["ada", "bob"]


def test_what_is_short_or_missing_is_not_compared() -> None:
    short = "print(3 * 2 ** 2 - 12 ** 5)\n"
    assert grouped({"ada": short, "bob": short, "eva": "", "max": ""}) == []
    assert near_identical([Submission("ada", "ada", None, ""), Submission("bob", "bob", None, "")], OURS) == []
    assert near_identical([], OURS) == []


def test_two_thousand_learners_take_seconds_whether_all_are_alike_or_none() -> None:
    for texts in ([script(seed % 400, 12) for seed in range(2_000)], [script(seed, 12) for seed in range(2_000)]):
        submissions = [Submission(str(i), str(i), runs_of(text), "") for i, text in enumerate(texts)]
        began = time.process_time()
        groups = near_identical(submissions, OURS)
        assert time.process_time() - began < 60
        assert len(groups) in (0, 400)


@pytest.mark.parametrize(
    "text",
    [
        '\\"' * 60_000,
        '"""' * 40_001,
        "'" * 120_000,
        "rb" * 60_000,
        "(" * 120_000,
        "#" * 120_000,
        "\\\n" * 60_000,
        '"\n' * 60_000,
    ],
    ids=["escapes", "texts", "quotes", "prefixes", "brackets", "comment", "folds", "open"],
)
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    began = time.process_time()
    runs_of(text)
    assert time.process_time() - began < 5


def report_of(exercise: str, folder: str, weights: str) -> Report:
    checks = [CheckResult("check_a", "does a", Status.PASS)]
    return Report(exercise, f"submissions/{folder}/{exercise}.py", "none", "none", checks, weights=weights)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Ada and Bob handed in the same; Ada and Eva trained the same weights; Max handed in a link."""
    folder = tmp_path / "monday"
    for login in ("ada", "bob", "eva", "max"):
        (folder / "submissions" / login).mkdir(parents=True)
        (folder / "submissions" / login / "ex04.py").write_text(script(1 if login in ("ada", "bob") else ord(login[0])))
    (folder / "submissions/max/ex04.py").unlink()
    (folder / "submissions/max/ex04.py").symlink_to(folder / "submissions/ada/ex04.py")
    with Store(folder) as store:
        logins = {"ada": "w", "bob": "", "eva": "w", "max": "x"}
        store.enter([Learner(login, login, {}) for login in logins], {(login, "ex04"): "k" for login in logins})
        for login, weights in logins.items():
            store.record(Task(login, "ex04", "k"), report_of("ex04", login, weights), 1)
    return folder


def test_groups_are_found_in_a_session(session: Path) -> None:
    with Store(session, create=False) as store:
        assert find_alike(store, session, built_in()) == [
            Alike("ex04", "scripts", [("ada", "ada"), ("bob", "bob")], 1.0),
            Alike("ex04", "weights", [("ada", "ada"), ("eva", "eva")], 1.0),
        ]


def test_the_page_is_there_only_when_asked_for_and_accuses_nobody(session: Path) -> None:
    with Store(session, create=False) as store:
        index = write_reports(store, session)
        assert not (session / "likeness.html").exists()
        assert "likeness" not in index.read_text("utf-8")
        write_reports(store, session, likeness=True)
        page = (session / "likeness.html").read_text("utf-8")
        assert 'href="likeness.html"' in index.read_text("utf-8")
        assert page.count('href="learners/ada.html#ex04"') == 2
        assert "learners/max.html" not in page
        assert "same skeleton" in page
        assert "No group on it shows that anybody copied" in page
        assert not any(word in page.lower() for word in ("plagiar", "cheat", "guilty", "suspicious", "suspect", "offen"))
        assert not any("likeness" in path.read_text("utf-8") for path in (session / "learners").iterdir())
        write_reports(store, session)
        assert not (session / "likeness.html").exists()


START = "w = tf.Variable({start}, name='{name}')\ny = tf.placeholder(tf.float32, [None])\nloss = tf.reduce_mean(tf.square(tf.reduce_sum(w) - y))"
SAVE = "train = tf.train.GradientDescentOptimizer(.1).minimize(loss)\ntf.train.export_meta_graph('g.meta')"


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("tf.random_normal([4])", True),
        ("np.float32([.1, .7, .2, .4])", True),
        ("tf.zeros([4])", False),
        ("tf.random_normal([])", False),
    ],
)
def test_weights_have_a_digest_where_chance_decides_them(
    write_with_tensorflow: WriteWithTensorflow, start: str, says: bool
) -> None:
    found = []
    for name in ("w", "slope"):
        folder = write_with_tensorflow(START.format(start=start, name=name) + "\n" + SAVE)
        graph = Graph.from_meta_graph((folder / "g.meta").read_bytes())
        found.append(digest(graph, Checkpoint(folder, "model", {name: np.array([1, 2, 3, 4], np.float32)})))
    assert found[0] == found[1]
    assert bool(found[0]) == says
