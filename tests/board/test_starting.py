"""Starting TensorBoard from the command line: empty folders, ports, names that need care, and what is missing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tensorboard.compat.proto import event_pb2

from checker.__main__ import cli
from tests.support.event_files import framed
from tests.support.paths import PROJECT
from tests.support.processes import checker_command, environment
from tests.support.started_board import started

LONGEST_S = 60


def _is_alive(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    (tmp_path / "home/work").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "home/work")
    return tmp_path / "home/work"


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    event = event_pb2.Event(wall_time=1.0, step=1)
    event.summary.value.add(tag="loss", simple_value=0.5)
    (folder / "events.out.tfevents.1.host").write_bytes(framed(event.SerializeToString()))


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def _runs(address: str) -> Any:
    with urllib.request.urlopen(f"{address}data/runs", timeout=LONGEST_S) as answer:
        return json.load(answer)


def _wait_for_runs(address: str, runs: list[str]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while _runs(address) != runs:
        assert time.monotonic() < deadline


def test_the_default_logdir_is_served_before_it_is_there(here: Path) -> None:
    with started("tensorboard", cwd=here) as board:
        assert "logdir is not there" in board.said
        assert _runs(board.address) == []
        _write(here / "logdir/ex02")
        _wait_for_runs(board.address, ["ex02"])


def test_an_empty_folder_names_the_one_near_by_and_is_served_until_it_fills(here: Path) -> None:
    (here / "mine").mkdir()
    _write(here / "logdir/ex04")
    with started("tensorboard", "mine", cwd=here) as board:
        assert "mine holds no event file" in board.said
        assert "there are some below logdir" in board.said
        assert "runs:   none yet; when a script has written some, reload the page" in board.said
        _write(here / "mine/ex02")
        _wait_for_runs(board.address, ["ex02"])
        assert board.interrupt() == 130


def test_print_of_an_empty_folder_has_nothing_to_print(here: Path) -> None:
    (here / "logdir").mkdir()
    assert _run("tensorboard", "--print").exit_code == 4


@pytest.mark.parametrize("name", ["lodgir", "logdir/ex02", "", "~/logdir", "s3://bucket/logdir"])
def test_a_name_under_which_nothing_will_come_is_refused(name: str) -> None:
    result = _run("tensorboard", name)
    assert result.exit_code == 4
    assert "trap:" in result.output


def test_the_default_folder_is_refused_where_the_one_near_by_is_meant(here: Path) -> None:
    _write(here.parent / "logdir/ex02")
    result = _run("tensorboard")
    assert result.exit_code == 4
    assert "there are some below ../logdir" in result.output


def test_the_kind_of_what_is_no_folder_is_told(here: Path) -> None:
    (here / "file").write_text("x")
    (here / "link").symlink_to(here)
    os.mkfifo(here / "pipe")
    for name, said in {"file": "is a file", "pipe": "is a file", "link": "is a link"}.items():
        result = _run("tensorboard", name)
        assert result.exit_code == 4
        assert said in result.output


@pytest.mark.parametrize("name", ["~", "-x a,b:é$(id)", "line\nfeed %41#?&"])
def test_a_folder_of_an_odd_name_is_served(here: Path, name: str) -> None:
    _write(here / name / "ex02")
    with started("tensorboard", "--", name, cwd=here) as board:
        _wait_for_runs(board.address, ["ex02"])


def test_the_port_that_is_asked_for_is_taken(here: Path) -> None:
    _write(here / "logdir/ex02")
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        port = listener.getsockname()[1]
    with started("tensorboard", "--port", str(port), cwd=here) as board:
        assert board.address == f"http://localhost:{port}/"
        second = _run("tensorboard", "--port", str(port))
        assert second.exit_code == 2
        assert f"port {port} is in use, perhaps by another TensorBoard" in second.output
        assert board.interrupt() == 130


def test_a_tensorboard_that_ends_by_itself_is_told_with_its_last_words(here: Path) -> None:
    _write(here / "logdir/ex02")
    (here / "broken").mkdir()
    (here / "broken/tensorboard_plugin.py").write_text("raise ImportError('a plugin that is broken')")
    (here / "broken/broken-1.dist-info").mkdir()
    (here / "broken/broken-1.dist-info/entry_points.txt").write_text("[tensorboard_plugins]\nx = tensorboard_plugin:X\n")
    path = os.pathsep.join([str(PROJECT), str(here / "broken")])
    result = subprocess.run(
        checker_command("tensorboard"), capture_output=True, text=True, timeout=LONGEST_S, env={**os.environ, "PYTHONPATH": path}
    )  # fmt: skip
    assert result.returncode == 3
    assert "TensorBoard ended with code 1" in result.stderr
    assert "a plugin that is broken" in result.stderr
    assert "the checker broke" not in result.stderr


def test_a_tensorboard_that_is_killed_is_told(here: Path) -> None:
    _write(here / "logdir/ex02")
    with started("tensorboard", cwd=here) as board:
        children = Path(f"/proc/{board.process.pid}/task/{board.process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        assert "TensorBoard ended by itself, with code -9: NOTE" in board.last_words()
        assert board.process.returncode == 3


@pytest.mark.parametrize("command", ["tensorboard", "scalars"])
def test_a_python_without_tensorboard_is_told(here: Path, command: str) -> None:
    packages = here.parent / "packages"
    packages.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.startswith("tensorboard"):
            (packages / package.name).symlink_to(package)
    path = os.pathsep.join([str(PROJECT), str(packages)])
    arguments = [sys.executable, "-S", *checker_command(command)[1:]]
    result = subprocess.run(
        arguments, capture_output=True, text=True, timeout=LONGEST_S, env={**os.environ, "PYTHONPATH": path}
    )
    assert result.returncode == 3
    assert "TensorBoard is not installed" in result.stderr
    assert "Traceback" not in result.stderr


def test_ctrl_c_while_tensorboard_starts_leaves_nothing_behind(here: Path) -> None:
    _write(here / "logdir/ex02")
    with subprocess.Popen(
        checker_command("tensorboard"), stdout=subprocess.PIPE, env=environment(PYTHONUNBUFFERED="1"), start_new_session=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith(b"TensorBoard is starting"):
                break
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(LONGEST_S) == 130
        deadline = time.monotonic() + LONGEST_S
        while _is_alive(process.pid):
            assert time.monotonic() < deadline
