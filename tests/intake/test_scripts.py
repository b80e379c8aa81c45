"""The script of each exercise is found and readable, or its own message says why not."""

from __future__ import annotations

import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from checker.intake import encoding
from tests.support.handed_in import CATALOG, said, take, write


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        (["deep/er/ex01.py", "ada_ex01_final.py"], "deep/er/ex01.py"),
        (["a/ex01.py", "ex01.py"], "ex01.py"),
        (["b/ex01.py", "a/ex01.py"], "a/ex01.py"),
        (["EX01.PY", "my ex1.py"], "EX01.PY"),
        (["my ex1.py", "ex01/main.py"], "my ex1.py"),
        (["ex01/main.py"], "ex01/main.py"),
        (["ex01/main.py", "ex01/notes.ipynb"], "ex01/main.py"),
        (["ex01/a.py", "ex01/b.py", "ex01/work.IPYNB"], "ex01/work.IPYNB"),
        (["my ex1.py", "ex01.ipynb"], "ex01.ipynb"),
        (["a/ex01.py", "ex01.ipynb"], "a/ex01.py"),
    ],
)
def test_the_rule_chooses_and_the_choice_is_reported(submissions: Path, files: list[str], chosen: str) -> None:
    for number, name in enumerate(files):
        write(submissions / "ada" / name, f"print({number})\n")
    learner = take(submissions, "ex01")["ada"]
    assert learner.scripts["ex01"].path.relative_to(submissions.parent / "session/submissions/ada").as_posix() == chosen
    others = [name for name in files if name != chosen and not name.startswith(("ex01/a", "ex01/b"))]  # of no exercise
    assert ("was taken for ex01" in said(learner)) == bool(others)


@pytest.mark.parametrize(
    ("files", "chosen", "why"),
    [
        (["backup/ex01.py", "work/er/ex01.py"], "work/er/ex01.py", "no copy or backup"),
        (["Old/ex01.py", "my ex1.py"], "my ex1.py", "no copy or backup"),
        (["ex01_old.py", "deep/EX01.ipynb"], "deep/EX01.ipynb", "no copy or backup"),
        (["Copie de ex01.py", "a/ex01_final.py"], "a/ex01_final.py", "no copy or backup"),
        (
            ["ex01 - Copie.py", "ex01 (1).py", "ex01~.py", "ex01.bak.py", "ex01 copy 2.py", "z/z/ex1.py"],
            "z/z/ex1.py",
            "no copy",
        ),
        (["ex01_v2.py", "ex01_v3.py"], "ex01_v3.py", "highest version"),
        (["ex01_v9.py", "my ex1.py", "ex01_v10.py"], "ex01_v10.py", "highest version"),
        (["ex01_v2.py", "ex01.py"], "ex01.py", "plainest name"),
        (["ex01_v1.py", "ex01.py"], "ex01.py", "plainest name"),
        (["v1/ex01.py", "v2/ex01.py"], "v2/ex01.py", "highest version"),
        (["backup/ex01_v3.py", "ex01_v2.py"], "ex01_v2.py", "no copy or backup"),
        (["a/threshold ex1.py", "ex01_folder.py"], "ex01_folder.py", "nearest to the top"),
    ],
)
def test_copies_come_last_and_the_highest_version_comes_before_lower_ones(
    submissions: Path, files: list[str], chosen: str, why: str
) -> None:
    for number, name in enumerate(files):
        write(submissions / "ada" / name, f"print({number})\n")
    learner = take(submissions, "ex01")["ada"]
    assert learner.scripts["ex01"].path.relative_to(submissions.parent / "session/submissions/ada").as_posix() == chosen
    (remark,) = learner.remarks
    assert remark.exercise == "ex01"
    assert remark.text.startswith(f"{chosen} was taken for ex01, ")
    assert why in remark.text


def test_the_newest_is_taken_where_nothing_else_tells(submissions: Path) -> None:
    for name, day in (("a/ex01.py", 1), ("b/ex01.py", 20), ("c/ex01.py", 9)):
        file = write(submissions / "folder" / name, f"print({day})\n")
        os.utime(file, (day * 86_400, day * 86_400))
        with zipfile.ZipFile(submissions / "zip.zip", "a") as archive:
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, day, 12, 0, 0)), file.read_text())
        with tarfile.open(submissions / "tar.tar", "a") as archive:
            archive.add(file, name)
    for login, learner in take(submissions, "ex01").items():
        assert learner.scripts["ex01"].path.parent.name == "b", login
        assert "b/ex01.py was taken for ex01, the newest; not taken: " in said(learner)


def test_equal_candidates_are_no_choice_and_noise_is_not_looked_into(submissions: Path) -> None:
    for name in ("ex01.py", "copy/ex01.py"):
        write(submissions / "ada" / name)
    for name in (".venv/ex02.py", "venv/ex02.py", "__MACOSX/._ex02.py", ".git/hooks/ex02.py", "._ex02.py"):
        write(submissions / "ada" / name)
    learner = take(submissions)["ada"]
    assert learner.remarks == ()
    assert [*learner.scripts] == ["ex01"]


def test_missing_empty_unreadable_and_binary_scripts_have_messages_of_their_own(submissions: Path) -> None:
    write(submissions / "ada/ex01.py", b"")
    write(submissions / "ada/ex02.py", b"\x7fELF" + bytes(100))
    write(submissions / "ada/ex03.py", b"#" * (encoding.LARGEST_SCRIPT + 1))
    write(submissions / "ada/notes.py", "x = 1")
    os.mkfifo(submissions / "ada/ex04.py")
    os.mkdir(submissions / "ada/ex05.py")
    os.symlink("/etc/passwd", submissions / "ada/ex06.py")
    learner = take(submissions, *CATALOG)["ada"]
    assert learner.scripts == {}
    assert "ex01 ex01.py: expected a script, found an empty file of 0 bytes" in said(learner)
    assert "ex02 ex02.py: expected Python text, found a file that begins with b'\\x7fELF" in said(learner)
    assert "ex03 ex03.py: expected at most 1 MiB of script, found 1.0 MiB" in said(learner)
    assert "ada/ex04.py: expected a file that can be read, found it is no plain file" in said(learner)
    assert "ex05 the submission: expected ex05.py, anywhere in it, found no such file; of no exercise: notes.py" in said(
        learner
    )
    assert "links are not followed: ada/ex06.py" in said(learner)
    assert "ex06 ex06.py: expected a script, found a link, or no plain file, which is left out" in said(learner)


def test_a_link_is_the_reason_why_a_script_is_missing_wherever_it_comes_from(submissions: Path) -> None:
    write(submissions / "real/main.py")
    (submissions / "ada").mkdir()
    os.symlink("../real", submissions / "ada/Exercise 2")
    os.symlink(submissions / "real/main.py", submissions / "bob_ex01.py")
    write(submissions / "bob_ex02.py")
    with tarfile.open(submissions / "eva.tar", "w") as archive:
        member = tarfile.TarInfo("work/ex01/main.py")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    learners = take(submissions)
    assert "ex02 Exercise 2: expected a script, found a link" in said(learners["ada"])
    assert "ex01 the submission: expected ex01.py, anywhere in it, found no such file" in said(learners["ada"])
    assert "ex01 bob_ex01.py: expected a folder, an archive or a script, found a link" in said(learners["bob"])
    assert [*learners["bob"].scripts] == ["ex02"]
    assert "ex01 work/ex01/main.py: expected a script, found a link" in said(learners["eva"])


@pytest.mark.parametrize(
    ("content", "remark"),
    [
        ("print('é')\r\n".encode(), "CRLF"),
        ("print('é')\n".encode("utf-8-sig"), "byte order mark"),
        ("print('é')\n".encode("utf-16"), "UTF-16"),
        ("print('é')\n".encode("utf-16-le"), "UTF-16"),
        ("print('é')\n".encode("utf-16-be"), "UTF-16"),
        ("print('é')\n".encode("latin-1"), "Windows-1252"),
        ("# -*- coding: utf-8 -*-\nprint('é')\n".encode("latin-1"), "Windows-1252"),
        ("# coding: klingon\nprint('é')\n".encode(), "Windows-1252"),
        ("# coding: latin-1\nprint('é')\n".encode("latin-1"), ""),
        ("print('é')\n".encode(), ""),
    ],
)
def test_a_script_of_another_encoding_runs_and_that_is_said(submissions: Path, content: bytes, remark: str) -> None:
    write(submissions / "ada/ex01.py", content)
    learner = take(submissions, "ex01")["ada"]
    assert remark in said(learner)
    assert bool(learner.remarks) == bool(remark)
    code = compile(learner.scripts["ex01"].path.read_bytes(), "ex01.py", "exec")
    assert any(constant in ("é", "Ã©") for constant in code.co_consts)


def test_a_notebook_is_taken_as_it_is_and_an_empty_one_is_told(submissions: Path) -> None:
    content = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}], "nbformat": 4})
    write(submissions / "ada/EX01.IPYNB", content)
    write(submissions / "eva/ex01.ipynb", " \n")
    learners = take(submissions, "ex01")
    assert learners["ada"].scripts["ex01"].path.read_text() == content
    assert said(learners["ada"]) == ""
    assert "an empty file" in said(learners["eva"])


def test_the_digest_changes_with_the_script_and_its_data_but_not_with_another_exercise(submissions: Path) -> None:
    def digests() -> dict[str, str]:
        return {exercise: script.digest for exercise, script in take(submissions)["ada"].scripts.items()}

    write(submissions / "ada/ex01.py")
    write(submissions / "ada/ex02.py", "import ex01\n")
    first = digests()
    assert first == digests()
    write(submissions / "ada/ex02.py", "import ex01  # again\n")
    assert digests()["ex01"] == first["ex01"]
    write(submissions / "ada/ex01.py", "print('other')\n")
    second = digests()
    assert all(second[exercise] != first[exercise] for exercise in ("ex01", "ex02"))
    write(submissions / "ada/data.csv", "1,2\n")
    assert digests()["ex01"] != second["ex01"]


def test_the_digest_is_the_same_whichever_exercises_are_asked_for(submissions: Path) -> None:
    write(submissions / "ada/ex01.py")
    write(submissions / "ada/ex02.py", "print('é')\n".encode("utf-16"))
    write(submissions / "ada/other ex2.py", "x = 2\n")
    write(submissions / "ada/ex03.py", "")
    every = take(submissions, *CATALOG)["ada"]
    for asked in (["ex01"], ["ex02"], ["ex01", "ex02"], ["ex04", "ex02"]):
        learner = take(submissions, *asked)["ada"]
        assert {*learner.scripts} == {*asked} & {"ex01", "ex02"}
        for exercise, script in learner.scripts.items():
            assert script.digest == every.scripts[exercise].digest
        assert {problem.exercise for problem in learner.problems} | {remark.exercise for remark in learner.remarks} <= {
            *asked
        }
