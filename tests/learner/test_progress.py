"""Progress is a plain text file: it is replaced at once, and may be damaged or lost without harm."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from checker.learner.progress import FILE, LastRun, Progress, note_run, read_progress, write_progress
from checker.outcome import CheckResult, Report, Status


def report(*statuses: Status, exercise: str = "ex01", cause: str = "") -> Report:
    checks = [CheckResult(f"check_{i}", "a title", status) for i, status in enumerate(statuses)]
    return Report(exercise, "ex01.py", "", "none", checks, cause=cause)


def test_a_run_is_remembered_with_its_cause_first(tmp_path: Path) -> None:
    note_run(tmp_path, report(Status.PASS, Status.FAIL, Status.SKIP, Status.FAIL, cause="check_3"))
    run = read_progress(tmp_path).runs["ex01"]
    assert (run.state, run.check, run.checks) == ("fails", "check_3", ("check_3", "check_1", "check_2"))


def test_the_last_run_decides_whether_an_exercise_is_done(tmp_path: Path) -> None:
    note_run(tmp_path, report(Status.FAIL))
    assert not read_progress(tmp_path).is_done("ex01")
    note_run(tmp_path, report(Status.PASS))
    assert read_progress(tmp_path).is_done("ex01")
    note_run(tmp_path, report(Status.ERROR))
    assert not read_progress(tmp_path).is_done("ex01")
    assert read_progress(tmp_path).runs["ex01"].check == ""


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xfe\x00",
        b"run ex01\nrun ex01 done\nrun ex01 won 2026-11-29T10:15\nrun ex01 done yesterday\n",
        b"run \x1b[31mex01 done 2026-11-29T10:15\nrun ex01 fails 2026-11-29T10:15 check_\x07\n",
        b"hints ex01 one -1\nhints ex01 one 1e9\nhints ex01 one 99999999999999999999\n",
        b"run ex01 done 2026-11-29T10:15\n"[:9],
    ],
)
def test_what_cannot_be_understood_counts_as_not_there(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / FILE).write_bytes(damage + b"\nrun ex02 done 2026-11-29T10:15\n")
    progress = read_progress(tmp_path)
    assert (progress.runs.keys() - {"ex02"}, progress.hints) == (set(), {})


def test_a_lost_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_progress(tmp_path) == Progress()
    (tmp_path / FILE).mkdir()
    assert read_progress(tmp_path) == Progress()


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    progress = Progress(
        {
            "ex01": LastRun("done", "", "2026-11-29T10:15"),
            "ex02": LastRun("fails", "check_a", "2026-11-29T10:16", ("check_b",)),
        },
        {("ex02", "loop"): 2},
    )
    write_progress(tmp_path, progress)
    assert read_progress(tmp_path) == progress


def test_many_writers_leave_one_whole_file_and_no_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: note_run(tmp_path, report(Status.PASS, exercise=f"ex{i % 3}")), range(60)))
    assert os.listdir(tmp_path) == [FILE]
    assert {*read_progress(tmp_path).runs} <= {"ex0", "ex1", "ex2"}
    assert (tmp_path / FILE).read_text().endswith("\n")


def test_others_can_read_the_file_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "by hand").touch()
    note_run(tmp_path, report(Status.PASS))
    assert (tmp_path / FILE).stat().st_mode == (tmp_path / "by hand").stat().st_mode


def test_a_folder_that_cannot_be_written_is_an_os_error() -> None:
    with pytest.raises(OSError, match="proc"):
        note_run(Path("/proc"), report(Status.PASS))
