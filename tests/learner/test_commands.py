"""The learner's road on the command line: start, hint, progress and reset, each as a newcomer meets it."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from checker.learner.progress import LastRun, Progress, read_progress, write_progress
from checker.learner.skeleton import skeleton_of
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT, TESTS
from tests.support.processes import checker_command, environment

FORMULAS = TESTS / "packs" / "formulas"
MADE = [
    "README.md",
    "recipes.md",
    *(exercise.script for exercise in CATALOG.exercises.values()),
    ".gitignore",
    "checker.toml",
]


def run(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = environment(SUITE_LANG="", SUITE_PACKS="", **variables)
    return subprocess.run(checker_command(*words), cwd=folder, env=clean, capture_output=True, text=True, timeout=300)


def told(folder: Path, *words: str, **variables: str) -> str:
    finished = run(folder, *words, **variables)
    assert (finished.returncode, finished.stderr) == (0, "")
    return finished.stdout


def refused(folder: Path, *words: str) -> str:
    """Return the message of a usage error, in one line."""
    finished = run(folder, *words)
    assert (finished.returncode, finished.stdout) == (2, ""), finished
    return " ".join(finished.stderr.partition("Error: ")[2].split())


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def started(tmp_path: Path) -> Path:
    told(tmp_path, "start", "my")
    return tmp_path / "my"


def begin_first_task(script: Path) -> None:
    """Change the line below the first TODO of a skeleton, so that its task counts as begun."""
    before, mark, after = script.read_text("utf-8").partition("TODO: ")
    todo, line, rest = after.partition("\n")
    while rest.lstrip().startswith("#"):
        more, end, rest = rest.partition("\n")
        todo, line = todo + line + more, end
    indent = " " * (len(rest) - len(rest.lstrip(" ")))
    script.write_text(f"{before}{mark}{todo}{line}{indent}print('begun')\n{rest}")


def test_a_start_makes_a_folder_with_all_that_a_learner_needs(tmp_path: Path) -> None:
    said = told(tmp_path, "start", "my")
    assert f"made in {tmp_path / 'my'}: {', '.join(MADE)}" in said
    assert "cd my" in said
    assert "checker ex01" in said
    assert content(tmp_path / "my").keys() == {*MADE}
    for exercise in CATALOG.exercises.values():
        assert (tmp_path / "my" / exercise.script).read_text("utf-8") == skeleton_of(exercise, "en")
    assert {"logdir/", "progress.txt"} <= {*(tmp_path / "my" / ".gitignore").read_text().splitlines()}


def test_the_readme_has_the_first_steps_and_what_a_learner_needs_of_the_subjects(started: Path) -> None:
    text = (started / "README.md").read_text("utf-8")
    headings = re.findall(r"^## (\w+)", text, re.MULTILINE)
    assert headings == [*CATALOG]
    assert text.index("checker hint ex01") < text.index("The contract of every script")
    assert "start my" not in text
    assert "beside this file" not in text
    assert {*re.findall(r"\]\((?!http|#)([^)]*)\)", text)} == {"recipes.md"}


def test_a_second_start_adds_what_is_missing_and_overwrites_nothing(started: Path) -> None:
    (started / "ex02.py").write_text("mine")
    (started / "README.md").write_text("notes")
    (started / "ex03.py").unlink()
    (started / "notes.txt").write_text("more notes")
    before = content(started)
    said = told(started, "start")
    assert f"made in {started}: ex03.py\n" in said
    assert "left as they were: README.md, recipes.md, ex01.py, ex02.py, ex04.py" in said
    assert {**content(started), **before} == content(started)
    assert content(started).keys() == {*before, "ex03.py"}


def test_a_script_that_was_there_before_is_kept(tmp_path: Path) -> None:
    (tmp_path / "ex01.py").write_text("mine")
    (tmp_path / ".git").mkdir()
    told(tmp_path, "start")
    assert (tmp_path / "ex01.py").read_text() == "mine"
    assert content(tmp_path).keys() == {*MADE}


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "my").mkdir()
    (tmp_path / "my" / "ex01.py").symlink_to(tmp_path / "elsewhere.py")
    (tmp_path / "my" / "ex02.py").write_text("mine")
    assert "left as they were: ex01.py, ex02.py" in told(tmp_path, "start", "my").replace("README.md, ", "")
    assert not (tmp_path / "elsewhere.py").exists()


def test_a_folder_that_is_not_a_learners_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").touch()
    (tmp_path / "file").touch()
    assert "holds other things (a.jpg); name an empty or a new folder" in refused(tmp_path, "start", "photos")
    assert "file is a file; name a folder" in refused(tmp_path, "start", "file")
    assert "is the folder of the complete scripts; name one of your own" in refused(PROJECT, "start")
    assert "is the folder of the complete scripts" in refused(PROJECT, "start", "exercises/my")
    assert "name a folder that can be written" in refused(tmp_path, "start", "/proc/my")
    assert "name a folder that can be written" in refused(tmp_path, "start", "file/my")
    assert {path.name for path in (tmp_path / "photos").iterdir()} == {"a.jpg"}


def test_a_folder_remembers_its_language(tmp_path: Path) -> None:
    assert "créés dans" in told(tmp_path, "start", "--lang", "fr")
    assert "# TODO: faites des nombres" in (tmp_path / "ex01.py").read_text("utf-8")
    assert "# Votre dossier" in (tmp_path / "README.md").read_text("utf-8")
    assert "l'indice suivant" in told(tmp_path, "hint")
    assert "the next hint" in told(tmp_path, "hint", "ex02", "--lang", "en")


def test_a_pack_is_remembered_until_it_is_gone(tmp_path: Path) -> None:
    pack = tmp_path / "a pack"
    shutil.copytree(FORMULAS, pack)
    my = tmp_path / "my"
    said = told(tmp_path, "start", "my", "--pack", "a pack")
    assert "README.md, root.py, tides.py, data/tides.csv" in said
    assert "hint" not in said + (my / "README.md").read_text("utf-8")
    assert (my / "data" / "tides.csv").read_bytes() == (FORMULAS / "data" / "tides.csv").read_bytes()
    assert (my / "root.py").read_text("utf-8") == (FORMULAS / "skeletons" / "root.py").read_text("utf-8")
    assert "root" in told(my, "progress")
    assert "has no hints" in refused(my, "hint", "root")
    assert "left as they were: README.md, root.py, tides.py" in told(my, "start")
    shutil.rmtree(pack)
    assert f"{pack} is not there, but checker.toml names it: put the pack back, or take it out" in refused(my, "progress")


def test_a_pack_is_added_to_a_folder(started: Path) -> None:
    assert "README-formulas.md, root.py, tides.py, data/tides.csv, checker.toml" in told(
        started, "start", "--pack", str(FORMULAS)
    )
    assert "left as they were" in told(started, "start")
    assert [line.split()[0] for line in told(started, "progress").splitlines()] == [*CATALOG, "root", "tides"]


@pytest.mark.parametrize("damage", ["packs = 3", "packs = [", "language = ['fr']", "\x00"])
def test_a_damaged_checker_toml_is_told_with_the_remedy(started: Path, damage: str) -> None:
    (started / "checker.toml").write_text(damage)
    assert re.match(r"checker.toml cannot be read \(.+\): correct it, or delete it", refused(started, "hint"))


def test_hints_come_one_at_a_time_and_are_remembered(started: Path) -> None:
    first, second, third, fourth = (told(started, "hint", "ex04", "dense") for _ in range(4))
    assert first.startswith("ex04 dense: make weights, random")
    assert [len(re.findall(r"^[ >] ", said, re.MULTILINE)) for said in (first, second, third)] == [1, 2, 3]
    newest = [re.findall(r"^> (.*)$", said, re.MULTILINE) for said in (first, second, third)]
    assert [len(each) for each in newest] == [1, 1, 1]
    assert f"  {newest[0][0]}\n> {newest[1][0]}\n" in second
    assert "checker hint ex04 dense" in first
    assert "That was the last hint for this task" in third
    assert fourth == third
    assert "other tasks of ex04: activation, error" in first


def test_hints_fit_a_terminal(started: Path) -> None:
    main, other = pty.openpty()
    words = checker_command("hint", "ex05", "layers")
    variables = environment(SUITE_LANG="fr", COLUMNS="60")
    subprocess.run(words, cwd=started, env=variables, stdout=other, check=True)
    os.close(other)
    lines = os.read(main, 1 << 16).decode().splitlines()
    os.close(main)
    assert len(lines) > 8
    assert max(map(len, lines[:-2])) <= 60  # the names of the other tasks may be longer
    assert sum(line.startswith("> ") for line in lines) == 1


def test_a_hint_without_words_is_for_the_next_task_of_the_next_exercise(started: Path) -> None:
    assert told(started, "hint").startswith("ex01 variables: ")
    write_progress(started, Progress({"ex01": LastRun("done", "", "2026-11-29T10:15")}))
    assert told(started, "hint").startswith("ex02 model: ")
    write_progress(started, Progress({"ex02": LastRun("fails", "check_logs_the_loss", "2026-11-29T10:15")}))
    assert told(started, "hint", "ex02").startswith("ex02 model: ")  # as long as nothing is begun
    begin_first_task(started / "ex02.py")
    assert told(started, "hint", "ex02").startswith("ex02 summary: ")
    write_progress(started, Progress({each: LastRun("done", "", "2026-11-29T10:15") for each in CATALOG}))
    assert told(started, "hint").startswith("All exercises are done.")


def test_a_task_whose_mark_is_gone_is_not_hinted_at(started: Path) -> None:
    script = started / "ex01.py"
    script.write_text(re.sub(r"# TODO: make the numbers.*", "", script.read_text("utf-8")))
    assert told(started, "hint").startswith("ex01 arms: ")


def test_a_task_that_was_written_wrongly_comes_before_one_that_no_check_sees(started: Path) -> None:
    text = (started / "ex01.py").read_text("utf-8")
    *others, restore = re.findall(r"# TODO: .*", text)
    assert "import the graph" in restore
    for mark in others:
        text = text.replace(mark, "")
    (started / "ex01.py").write_text(text)
    run = LastRun("fails", "check_subtracts_two_computed_numbers", "2026-11-29T10:15")
    write_progress(started, Progress({"ex01": run}))
    assert told(started, "hint").startswith("ex01 arms: ")
    write_progress(started, Progress({"ex01": LastRun("done", "", "2026-11-29T10:15")}))
    assert told(started, "hint", "ex01").startswith("ex01 restore: ")
    (started / "ex01.py").write_text(text.replace(restore, ""))
    assert told(started, "hint", "ex01").startswith("ex01 is done. Name a task for its hints: ")
    assert told(started, "hint", "ex01", "arms").startswith("ex01 arms: ")


def test_a_task_that_was_begun_waits_for_those_that_were_not(started: Path) -> None:
    """Its TODO still stands, but the code below it is the learner's own."""
    script = started / "ex04.py"
    for run in (None, LastRun("fails", "check_recognises_images_it_never_saw", "2026-11-29T10:15")):
        write_progress(started, Progress({"ex04": run} if run else {}))
        assert told(started, "hint", "ex04").startswith("ex04 dense: ")
    script.write_text(script.read_text("utf-8").replace("weights = tf.Variable(0.01) * ", "weights = tf.Variable(0.02) * "))
    assert told(started, "hint", "ex04").startswith("ex04 batches: ")
    assert told(started, "hint", "ex04", "dense").startswith("ex04 dense: ")


def test_the_task_of_the_first_failure_comes_first(started: Path) -> None:
    run = LastRun("fails", "check_counts_right_answers", "2026-11-29T10:15", ("check_has_784_300_10_neurons",))
    begin_first_task(started / "ex04.py")
    write_progress(started, Progress({"ex04": run}))
    assert told(started, "hint", "ex04").startswith("ex04 metrics: ")


def test_a_crash_is_hinted_at_by_its_line(started: Path) -> None:
    """It is in the part below the last TODO before it, and its innermost line comes first."""
    script = started / "ex01.py"
    begin_first_task(script)
    crashes = script.read_text("utf-8").replace("value = x\n", "value = sess.run(x)\n")
    script.write_text(crashes)
    line, called = (
        1 + crashes[: crashes.index(words)].count("\n") for words in ("value = sess.run(x)", "value = run_and_save")
    )
    run = LastRun("fails", "check_runs_to_the_end", "2026-11-29T10:15", ("check_saves_a_checkpoint",), (line, called))
    write_progress(started, Progress({"ex01": run}))
    assert read_progress(started).runs["ex01"] == run
    assert told(started, "hint").startswith("ex01 session: ")


def test_an_unknown_name_is_told_with_the_known_ones(started: Path) -> None:
    known = ", ".join(CATALOG)
    assert refused(started, "hint", "ex09") == f"ex09: no exercise; known are {known}"
    assert refused(started, "hint", "exo") == f"exo: no exercise; known are {known}"
    assert refused(started, "hint", "ex02", "lop").endswith(
        "known are model, error, train, summary, loop, picture; did you mean loop?"
    )
    assert refused(started, "reset", "what") == f"what: no exercise; known are {', '.join(CATALOG)}"
    for meant in ("ex2", "2", "EX02", "EX02.py"):
        assert told(started, "hint", meant).startswith("ex02 model: ")
    assert "name an exercise and a task" in refused(started, "hint", "ex02", "loop", "more")


@pytest.mark.parametrize("words", [["hint"], ["progress"], ["reset", "ex01"]])
def test_outside_a_learners_folder_one_is_offered(tmp_path: Path, words: list[str]) -> None:
    assert re.search(r"is no folder of a learner; make one: .*checker start my$", refused(tmp_path, *words))
    assert "is no folder of a learner" in refused(PROJECT, *words)


def test_progress_tells_the_state_of_each_exercise(started: Path) -> None:
    (started / "ex01.py").write_bytes(CATALOG["ex01"].solution.read_bytes())
    runs = {
        "ex01": LastRun("done", "", "2026-11-29T10:15"),
        "ex02": LastRun("fails", "check_logs_the_loss", "2026-11-29T11:30", ("check_loss_falls",)),
        "ex03": LastRun("broke", "", "2026-11-29T11:31"),
        "ex04": LastRun("fails", "check_of_another_version", "2026-11-29T11:32"),
    }
    write_progress(started, Progress(runs))
    assert told(started, "progress").splitlines()[:5] == [
        "ex01  2026-11-29 10:15  done",
        "ex02  2026-11-29 11:30  fails: logs the training loss step by step; 6 TODOs left",
        "ex03  2026-11-29 11:31  the checker broke; check it again; 7 TODOs left",
        "ex04  2026-11-29 11:32  fails: check_of_another_version; 7 TODOs left",
        "ex05                    not checked yet; 7 TODOs left",
    ]


def test_progress_is_told_with_a_damaged_file(started: Path) -> None:
    (started / "progress.txt").write_bytes(b"\xff\x00run ex01")
    assert told(started, "progress").startswith("ex01                    not checked yet")


def test_a_reset_keeps_every_earlier_file(started: Path) -> None:
    skeleton = (started / "ex02.py").read_bytes()
    runs = {"ex02": LastRun("done", "", "2026-11-29T10:15"), "ex03": LastRun("done", "", "2026-11-29T10:15")}
    write_progress(started, Progress(runs, {("ex02", "loop"): 2, ("ex03", "loop"): 1}))
    assert told(started, "reset", "ex02") == "ex02.py is as it is at the start\n"
    for number in (1, 2):
        (started / "ex02.py").write_text(f"mine {number}")
        assert told(started, "reset", "ex02") == f"ex02.py begins again; what you had is in ex02.py.kept-{number}\n"
    assert (started / "ex02.py").read_bytes() == skeleton
    assert [(started / f"ex02.py.kept-{number}").read_text() for number in (1, 2)] == ["mine 1", "mine 2"]
    progress = read_progress(started)
    assert ([*progress.runs], progress.hints) == (["ex03"], {("ex03", "loop"): 1})


def test_a_reset_brings_back_what_is_gone(started: Path) -> None:
    (started / "ex02.py").unlink()
    assert told(started, "reset", "ex02") == "ex02.py is as it is at the start\n"
    assert (started / "ex02.py").is_file()


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from checker.__main__ import cli; cli(['--help'], standalone_mode=False); print([*sys.modules])"
    said = subprocess.run([checker_command()[0], "-c", code], env=environment(), capture_output=True, text=True, cwd=PROJECT)
    assert "start" in said.stdout
    assert {"numpy", "pytest", "rich.table", "checker.learner.start", "checker.learner.hints"} & {
        *re.findall(r"'([\w.]+)'", said.stdout)
    } == set()
