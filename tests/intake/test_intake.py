"""What learners hand in is taken in, or told apart by its own message; nobody's work keeps another's from being checked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from checker.intake import budget, copy_files
from checker.intake.sources import IntakeError, read_submissions
from checker.units import MIB
from tests.support.handed_in import CATALOG, SOURCE, said, take, write, zip_of


def test_folders_archives_and_scripts_are_learners(submissions: Path) -> None:
    write(submissions / "ada/ex01.py")
    zip_of(submissions / "bob.zip", tf__ex01=SOURCE, tf__ex02=SOURCE)
    write(submissions / "eva_ex01.py")
    write(submissions / "eva_ex02.py")
    write(submissions / "ex01 Çelik Öz.py")
    write(submissions / "Ada Lovelace_12345_assignsubmission_file_/ex01.py")
    write(submissions / "Max Muster_777_assignsubmission_file_Exercise 2.py")
    write(submissions / "readme.txt")
    learners = take(submissions)
    assert {login: [*learner.scripts] for login, learner in learners.items()} == {
        "ada": ["ex01"],
        "Ada Lovelace": ["ex01"],
        "bob": ["ex01", "ex02"],
        "eva": ["ex01", "ex02"],
        "Max Muster": ["ex02"],
        "Çelik Öz": ["ex01"],
    }
    assert learners["Max Muster"].scripts["ex02"].path.name == "Exercise 2.py"
    assert learners["bob"].scripts["ex01"].path == submissions.parent / "session/submissions/bob/bob/tf/ex01.py"
    assert read_submissions(submissions, CATALOG).ignored == ["readme.txt"]
    assert not any(learner.failure for learner in learners.values())


def test_scripts_without_a_name_belong_to_the_folder(submissions: Path) -> None:
    write(submissions / "ex01.py")
    assert [*take(submissions)] == ["handed in"]


def test_a_bad_archive_is_told_of_its_learner_and_the_others_go_on(submissions: Path) -> None:
    write(submissions / "bad.zip", b"PK\x03\x04 not really")
    write(submissions / "rar.rar", b"Rar!\x1a\x07\x00")
    write(submissions / "empty.zip", b"")
    (submissions / "nothing").mkdir()
    zip_of(submissions / "evil.zip", **{"..__..__ex01": SOURCE})
    write(submissions / "ada/ex01.py")
    learners = take(submissions, "ex01")
    assert "cannot be read" in said(learners["bad"])
    assert "found rar" in said(learners["rar"])
    assert "0 bytes" in said(learners["empty"])
    assert "leads out of it" in said(learners["evil"])
    assert "expected files, found nothing" in said(learners["nothing"])
    assert [*learners["ada"].scripts] == ["ex01"]
    assert not list(submissions.parent.rglob("ex01.py"))[2:]


def test_an_archive_in_the_learners_folder_is_unpacked_and_too_deep_ones_are_told(submissions: Path) -> None:
    inner = zip_of(submissions.parent / "1.zip", ex01=SOURCE)
    for depth in (2, 3, 4):
        outer = submissions.parent / f"{depth}.zip"
        with zipfile.ZipFile(outer, "w") as archive:
            archive.write(inner, inner.name)
        inner = outer
    write(submissions / "ada/work.zip", (submissions.parent / "3.zip").read_bytes())
    write(submissions / "bob/work.zip", (submissions.parent / "4.zip").read_bytes())
    learners = take(submissions, "ex01")
    assert [*learners["ada"].scripts] == ["ex01"]
    assert "at most 3 archives inside each other" in said(learners["bob"])


def test_what_exceeds_the_budget_is_left_out_scripts_last(submissions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget.Budget, "__init__", lambda self: self.__dict__.update(bytes_left=MIB, files_left=4))
    for number in range(6):
        write(submissions / f"ada/a{number}.dat", bytes(1000))
    write(submissions / "ada/big.dat", bytes(MIB + 1))
    write(submissions / "ada/z/ex01.py")
    learner = take(submissions, "ex01")["ada"]
    assert [*learner.scripts] == ["ex01"]
    assert "left out, a session keeps" in said(learner)


def test_a_folder_of_endless_files_is_not_walked_to_its_end(submissions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy_files, "MOST_ENTRIES", 10)
    for number in range(20):
        write(submissions / f"ada/{number:02}/data")
    assert "at most 10 files" in said(take(submissions, "ex01")["ada"])


def test_nothing_handed_in_is_run(submissions: Path) -> None:
    for name in ("ex01.py", "conftest.py", "setup.py", "sitecustomize.py", "__init__.py"):
        write(submissions / "ada" / name, f"open({str(submissions.parent / 'ran')!r}, 'w')\n")
    take(submissions)
    assert not (submissions.parent / "ran").exists()


def test_what_is_handed_in_later_replaces_the_copy(submissions: Path) -> None:
    write(submissions / "ada/ex01.py")
    take(submissions)
    (submissions / "ada/ex01.py").unlink()
    write(submissions / "ada/ex02.py")
    assert [*take(submissions)["ada"].scripts] == ["ex02"]


def test_submissions_that_are_no_folder_or_a_session_are_refused(submissions: Path) -> None:
    with pytest.raises(IntakeError, match="missing: it is not there; name the folder"):
        read_submissions(submissions / "missing", CATALOG)
    with pytest.raises(IntakeError, match="neither a folder of submissions nor a roster"):
        read_submissions(write(submissions / "readme.txt"), CATALOG)
    write(submissions / "session.sqlite")
    with pytest.raises(IntakeError, match="is the folder of a session"):
        read_submissions(submissions, CATALOG)
    with pytest.raises(IntakeError, match="unpack it first"):
        read_submissions(zip_of(submissions / "all.zip", ada__ex01=SOURCE), CATALOG)
