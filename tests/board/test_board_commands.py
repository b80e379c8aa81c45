"""What the commands say of a logdir, and the real TensorBoard that they start."""

from __future__ import annotations

import csv
import io
import math
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tensorboard.compat.proto import event_pb2

from checker.__main__ import cli
from checker.board.links import time_series
from checker.board.run import loss_tag
from checker.board.terminal_curves import charts
from checker.evidence.events import MOST_FILES, read_event_log
from tests.support.event_files import framed
from tests.support.started_board import started

ROOT = Path(__file__).parents[2]
LONGEST_S = 60


def _write(folder: Path, values: dict[int, float], tag: str = "loss", file: int = 0, graphs: tuple[bytes, ...] = ()) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    events = [event_pb2.Event(wall_time=0.5, file_version="brain.Event:2")]
    events += [event_pb2.Event(wall_time=0.5, graph_def=graph) for graph in graphs]
    for step, value in values.items():
        event = event_pb2.Event(wall_time=100.25 + step, step=step)
        event.summary.value.add(tag=tag, simple_value=value)
        events.append(event)
    path = folder / f"events.out.tfevents.{file}.host"
    path.write_bytes(b"".join(framed(event.SerializeToString()) for event in events))
    return path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    (tmp_path / "work/exercises").mkdir(parents=True)
    for exercise in ("ex01", "ex02"):
        (tmp_path / f"work/exercises/{exercise}.py").write_text("pass\n")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def test_print_says_what_will_be_seen_of_the_default_logdir(here: Path) -> None:
    _write(here / "logdir/ex02", {0: 2.0, 7: 1.0}, graphs=(b"",))
    result = _run("tensorboard", "--print")
    assert result.exit_code == 0
    assert "runs:   1: ex02" in result.output
    assert "TIME SERIES, SCALARS" in result.output
    assert "newest: step 7" in result.output
    assert "trap" not in result.output
    assert "tensorboard --logdir logdir" in result.output


@pytest.mark.parametrize("name", ["elsewhere", "=logdir", "'logdir'", "C:\\logdir"])
def test_a_logdir_without_event_files_names_the_one_near_by(here: Path, name: str) -> None:
    _write(here / "logdir/ex02", {0: 1.0})
    result = _run("tensorboard", name)
    assert result.exit_code == 4
    assert "there are some below logdir" in result.output


@pytest.mark.parametrize(
    ("name", "said"),
    [("=logdir", "there is '='"), ("'logdir'", "leave them out"), ("a\\b", "backslashes"), ("a,b", "comma")],
)
def test_a_name_that_cannot_be_meant_is_explained(name: str, said: str) -> None:
    assert said in _run("tensorboard", "--print", name).output


def test_an_equals_sign_of_its_own_is_a_usage_error() -> None:
    result = _run("tensorboard", "=", "logdir")
    assert result.exit_code == 2
    assert "no '='" in result.output


def test_a_file_is_answered_with_its_folder(here: Path) -> None:
    path = _write(here / "logdir/ex02", {0: 1.0})
    result = _run("tensorboard", str(path.relative_to(here)))
    assert result.exit_code == 4
    assert "is a file: give the folder that it lies in, logdir/ex02" in result.output


def test_two_graphs_in_one_run_are_told(here: Path) -> None:
    one, two = (event_pb2.Event(graph_def=name).graph_def for name in (b"\x0a\x03\x0a\x01a", b"\x0a\x03\x0a\x01b"))
    _write(here / "logdir", {0: 1.0}, graphs=(one, two))
    assert "2 different graphs" in _run("tensorboard", "--print").output


def test_an_old_run_mixed_in_is_told(here: Path) -> None:
    _write(here / "logdir", {0: 1.0, 5: 0.5})
    _write(here / "logdir", {0: 1.0, 5: 0.4}, file=1)
    assert "the steps of loss begin again" in _run("tensorboard", "--print").output


def test_points_without_a_step_are_told(here: Path) -> None:
    path = _write(here / "logdir", {0: 1.0})
    path.write_bytes(path.read_bytes() + path.read_bytes())
    assert "all points of loss at one step" in _run("tensorboard", "--print").output


def test_a_resumed_run_is_no_trap(here: Path) -> None:
    _write(here / "logdir", {0: 1.0, 5: 0.5})
    _write(here / "logdir", {6: 0.4}, file=1)
    assert "trap" not in _run("tensorboard", "--print").output


def test_nan_is_told(here: Path) -> None:
    _write(here / "logdir", {0: 1.0, 1: math.nan})
    assert "values of loss that are no finite number" in _run("tensorboard", "--print").output


def test_many_runs_are_told(here: Path) -> None:
    for number in range(41):
        _write(here / f"logdir/r{number}", {0: 1.0})
    (said,) = [line for line in _run("tensorboard", "--print").output.splitlines() if "41 runs" in line]
    assert said.endswith("all of them unticked; this address ticks the 10 runs written last")
    assert "unticked" not in _run("scalars").output
    os.rename(here / "logdir/r40", here / "r40")
    assert "trap" not in _run("tensorboard", "--print").output


def test_more_files_than_are_read_are_told(here: Path) -> None:
    for number in range(MOST_FILES + 1):
        _write(here / f"logdir/r{number}", {0: 1.0})
    assert f"there are more than {MOST_FILES} event files" in _run("tensorboard", "--print").output


def test_a_truncated_file_is_told_and_read_up_to_there(here: Path) -> None:
    path = _write(here / "logdir", {0: 1.0, 1: 0.5})
    path.write_bytes(path.read_bytes()[:-3])
    result = _run("tensorboard", "--print")
    assert "truncated" in result.output
    assert "newest: step 0" in result.output


def test_hostile_names_do_not_steer_the_terminal(here: Path) -> None:
    _write(here / "logdir/a\x1b[31m\u202eb", {0: 1.0, 1: math.inf}, tag="\x1b]0;title\x07" + "x" * 10_000)
    for result in (_run("tensorboard", "--print"), _run("scalars", "logdir")):
        assert result.exit_code == 0
        assert not set(result.output) & set("\x1b\x07\u202e")
        assert max(map(len, result.output.splitlines())) < 400


def test_csv_holds_every_scalar_of_every_run(here: Path) -> None:
    _write(here / "logdir/train", {step: step / 8 for step in range(3000)})
    _write(here / "logdir/test", {0: math.nan, 1: -math.inf}, tag="=1+1")
    assert _run("scalars", "logdir", "--csv", "all.csv").exit_code == 0
    rows = list(csv.reader(io.StringIO(Path("all.csv").read_text())))
    assert rows[0] == ["run", "tag", "step", "wall_time", "value"]
    assert rows[1:3] == [["test", "'=1+1", "0", "100.25", "nan"], ["test", "'=1+1", "1", "101.25", "-inf"]]
    assert [(int(row[2]), float(row[4])) for row in rows[3:]] == [(step, step / 8) for step in range(3000)]


def test_csv_goes_to_stdout_alone(here: Path) -> None:
    _write(here / "logdir", {0: math.nan})
    result = _run("scalars", "logdir", "--csv", "-")
    assert result.stdout.splitlines() == ["run,tag,step,wall_time,value", ".,loss,0,100.25,nan"]
    assert "trap" in result.stderr


def test_csv_into_a_folder_that_is_not_there_is_a_usage_error(here: Path) -> None:
    _write(here / "logdir", {0: 1.0})
    assert _run("scalars", "logdir", "--csv", "no/all.csv").exit_code == 2


def test_no_scalars_are_nothing_to_draw() -> None:
    assert _run("scalars", "nowhere").exit_code == 4


def test_train_and_test_share_a_chart_in_two_colours(here: Path) -> None:
    _write(here / "logdir/train", {0: 4.0, 9: 1.0})
    _write(here / "logdir/test", {0: 4.0, 9: 2.0})
    (chart,) = charts(read_event_log(here / "logdir"))
    assert {"cyan", "magenta"} <= {str(span.style) for span in chart.spans}
    rows = chart.plain.splitlines()
    assert rows[1].startswith("4 │")
    assert rows[1][3] != "\u2800"  # both begin at the top
    assert rows[8].startswith("1 │")
    assert rows[8][-1] != "\u2800"  # train ends at the bottom
    assert "train: 1 at step 9" in chart.plain


def test_curves_that_share_a_place_are_both_seen(here: Path) -> None:
    for run in ("train", "test"):
        _write(here / "logdir" / run, {0: 4.0, 9: 1.0})
    (chart,) = charts(read_event_log(here / "logdir"))
    drawn = {str(span.style) for span in chart.spans if span.end - span.start == 1}
    assert drawn == {"cyan", "magenta"}


def test_tensorboard_after_a_check_wants_one_exercise_and_no_json_on_stdout() -> None:
    several = _run("check", "ex01", "ex02", "--tensorboard")
    among_json = _run("check", "ex01", "--tensorboard", "--json", "-")
    for result in (several, among_json):
        assert result.exit_code == 2
        assert "--tensorboard" in result.output


def test_curves_of_one_point_and_of_the_largest_numbers_are_drawn(here: Path) -> None:
    _write(here / "logdir/a", {3: 1.0}, tag="one")
    _write(here / "logdir/b", {0: -3.4e38, 2**62: 3.4e38}, tag="large")
    assert len(charts(read_event_log(here / "logdir"))) == 2


@pytest.mark.parametrize(
    ("tags", "tag"),
    [(["accuracy", "loss"], "loss"), (["epoch_loss", "epoch_acc"], "epoch_loss"), (["cost", "hits"], "cost"), ([], "")],
)
def test_the_chart_of_a_report_is_that_of_its_loss(tags: list[str], tag: str) -> None:
    assert loss_tag(tags) == tag


def test_an_address_escapes_the_name_and_smooths_nothing() -> None:
    address = time_series("http://localhost:1", "a.b/c", "ex04")
    assert address == "http://localhost:1/?tagFilter=%5Ea%5C.b/c%24&runFilter=%5Eex04&smoothing=0#timeseries"


def test_the_commands_import_no_tensorflow(here: Path) -> None:
    _write(here / "logdir", {0: 1.0})
    code = f"""import sys
sys.path.insert(0, {str(ROOT)!r})
from checker.__main__ import cli
for arguments in (["scalars", "logdir"], ["scalars", "logdir", "--csv", "a.csv"], ["tensorboard", "--print"]):
    cli.main(arguments, standalone_mode=False)
sys.exit("tensorflow" in sys.modules)"""
    assert subprocess.run([sys.executable, "-c", code], timeout=LONGEST_S, capture_output=True).returncode == 0


def test_the_real_tensorboard_answers_until_it_is_interrupted(here: Path) -> None:
    _write(here / "logdir/ex02", {0: 1.0})
    with started("tensorboard", cwd=here) as board:
        with urllib.request.urlopen(f"{board.address}data/plugin/scalars/tags", timeout=LONGEST_S) as answer:
            assert b"ex02" in answer.read()
        assert board.interrupt() == 130
