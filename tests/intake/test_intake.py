"""What learners hand in is taken in, or told apart by its own message; nobody's work keeps another's from being checked."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest

from checker.catalog import built_in
from checker.intake import budget, copy_files, encoding
from checker.intake.intake import Intake
from checker.intake.learner import Learner
from checker.intake.names import assign_folders, exercise_in, login_of, login_of_file, safe_folder
from checker.intake.sources import IntakeError, read_submissions
from checker.units import MIB

CATALOG = built_in()
SOURCE = "print('hello')\n"


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """The folder that learners hand in to."""
    folder = tmp_path / "handed in"
    folder.mkdir()
    return folder


def take(submissions: Path, *exercises: str) -> dict[str, Learner]:
    intake = Intake(submissions.parent / "session", exercises or ["ex01", "ex02"], CATALOG)
    return {learner.login: learner for learner in intake.take_all(read_submissions(submissions, CATALOG), {})}


def write(path: Path, content: str | bytes = SOURCE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zip_of(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".py", content)
    return path


def said(learner: Learner) -> str:
    problems = [f"{p.exercise} {p.where}: expected {p.expected}, found {p.actual}; {p.hint}" for p in learner.problems]
    return "\n".join([*problems, *(f"{remark.exercise} {remark.text}" for remark in learner.remarks)])


def git(*arguments: str, cwd: Path, date: str = "2026-11-20T12:00:00Z") -> None:
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    env = {**os.environ, **identity, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=cwd, check=True, env=env, capture_output=True)


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
        "Ada Lovelace_12345": ["ex01"],
        "bob": ["ex01", "ex02"],
        "eva": ["ex01", "ex02"],
        "Max Muster_777": ["ex02"],
        "Çelik Öz": ["ex01"],
    }
    assert learners["Max Muster_777"].scripts["ex02"].path.name == "Exercise 2.py"
    assert learners["bob"].scripts["ex01"].path == submissions.parent / "session/submissions/bob/bob/tf/ex01.py"
    assert read_submissions(submissions, CATALOG).ignored == ["readme.txt"]
    assert not any(learner.failure for learner in learners.values())


def test_scripts_without_a_name_belong_to_the_folder(submissions: Path) -> None:
    write(submissions / "ex01.py")
    assert [*take(submissions)] == ["handed in"]


def test_logins_of_any_script_case_and_composition_get_folders_of_their_own(submissions: Path) -> None:
    names = ["Zoë", "zoë", "李雷", "Ада", "ada lovelace", "ada_lovelace", "a" * 200, "x..", "env", "-rf"]
    for name in names:
        write(submissions / name / "ex01.py")
    learners = take(submissions)
    assert len(learners) == len(names)
    folders = [learner.folder for learner in learners.values()]
    assert len({unicodedata.normalize("NFKC", folder).casefold() for folder in folders}) == len(names)
    assert all(folder[0] not in ".-" and "/" not in folder and " " not in folder and len(folder) < 70 for folder in folders)
    assert all(learner.scripts for learner in learners.values())


def test_composed_and_decomposed_accents_are_one_learner_and_that_is_said(submissions: Path) -> None:
    for form in ("NFC", "NFD"):
        write(submissions / unicodedata.normalize(form, "Zoë") / "ex01.py", f"print('{form}')\n")
    ((login, learner),) = take(submissions).items()
    assert login == unicodedata.normalize("NFC", "Zoë")
    assert "handed in more than once" in said(learner)
    assert "was taken for ex01; not taken" in said(learner)


def test_a_name_that_is_not_utf8_is_read_as_latin_1(submissions: Path) -> None:
    os.mkdir(os.fsencode(submissions) + b"/M\xfcller")
    Path(os.fsdecode(os.fsencode(submissions) + b"/M\xfcller"), "ex01.py").write_text(SOURCE)
    Path(os.fsdecode(os.fsencode(submissions) + b"/M\xfcller/\xff.txt")).write_text("")
    learner = take(submissions)["Müller"]
    assert [*learner.scripts] == ["ex01"]
    learner.folder.encode()


def test_a_learner_who_comes_later_takes_nobodys_folder() -> None:
    first = assign_folders(["Ada"], {})
    later = assign_folders(["ADA", "Ada", "ada"], first)
    assert later == {"Ada": "Ada", "ADA": "ADA-2", "ada": "ada-3"}


@pytest.mark.parametrize(
    ("name", "exercise"),
    [
        ("ex01", "ex01"),
        ("EX1", "ex01"),
        ("Exercise 4", "ex04"),
        ("exercice_03_final", "ex03"),
        ("exo-2", "ex02"),
        ("ex04(1)", "ex04"),
        ("ａ_ｅｘ０５", "ex05"),
        ("index01", ""),
        ("ex123", ""),
        ("example", ""),
        ("text2", ""),
    ],
)
def test_the_exercise_is_read_off_a_name(name: str, exercise: str) -> None:
    assert exercise_in(name, CATALOG) == exercise


@pytest.mark.parametrize(
    ("stem", "login"),
    [("ada_ex01", "ada"), ("ex01_ada", "ada"), ("ex01", ""), ("ada@uni.fr ex 2", "ada@uni.fr"), ("TP_ex01_ada", "TP_ada")],
)
def test_the_login_is_read_off_the_name_of_a_file(stem: str, login: str) -> None:
    assert login_of_file(stem, CATALOG) == login


def test_control_characters_of_a_name_reach_no_terminal() -> None:
    assert login_of("a\x1b[31mda\u202e\n") == "ada"
    assert safe_folder("../../etc/passwd") == "etc_passwd"
    assert safe_folder("💥") == "learner"


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


def test_what_is_handed_in_later_replaces_the_copy(submissions: Path) -> None:
    write(submissions / "ada/ex01.py")
    take(submissions)
    (submissions / "ada/ex01.py").unlink()
    write(submissions / "ada/ex02.py")
    assert [*take(submissions)["ada"].scripts] == ["ex02"]


def test_a_roster_names_folders_archives_and_repositories(submissions: Path) -> None:
    write(submissions / "somewhere/ex01.py")
    zip_of(submissions / "b.zip", ex01=SOURCE)
    write(submissions / "repo/ex01.py", "print('first')\n")
    git("init", "-q", cwd=submissions / "repo")
    git("add", ".", cwd=submissions / "repo")
    git("commit", "-qm", "first", cwd=submissions / "repo", date="2026-11-19T12:00:00Z")
    for number in range(3):
        write(submissions / "repo/ex01.py", f"print('late {number}')\n")
        git("commit", "-qam", "late", cwd=submissions / "repo", date="2026-11-21T12:00:00Z")
    os.symlink("/etc/passwd", submissions / "repo/ex02.py")
    write(submissions / "repo/.git/hooks/post-checkout", f"#!/bin/sh\ntouch {submissions}/ran\n").chmod(0o755)
    git("add", ".", cwd=submissions / "repo")
    git("commit", "-qm", "link", cwd=submissions / "repo", date="2026-11-21T13:00:00Z")
    uri = (submissions / "repo").as_uri()
    rows = [
        "Login;Source;Deadline",
        "ada;somewhere;",
        "bob;b.zip;",
        f"eva;{uri};2026-11-20",
        f"max;{uri};",
        f"old;{uri};2020-01-01 00:00",
        "none;missing;",
        "cmd;ext::sh -c 'touch ran';",
        "gone;https://127.0.0.1:9/a.git;",
    ]
    roster = write(submissions / "roster.csv", "\ufeff" + "\n".join(rows))
    intake = Intake(submissions.parent / "session", ["ex01"], CATALOG)
    learners = {learner.login: learner for learner in intake.take_all(read_submissions(roster, CATALOG), {})}
    sources = {login: script.path.read_text() for login, learner in learners.items() for script in learner.scripts.values()}
    assert sources == {"ada": SOURCE, "bob": SOURCE, "eva": "print('first')\n", "max": "print('late 2')\n"}
    assert "cloned at commit" in said(learners["eva"])
    assert "2026-11-19" in said(learners["eva"])
    assert "ex02.py" in said(learners["max"])
    assert "expected a commit by 2020-01-01 00:00, found none" in said(learners["old"])
    assert "No such file" in said(learners["none"])
    assert "a URL of https" in said(learners["cmd"])
    assert "without a password" in said(learners["gone"])
    assert not (submissions / "ran").exists()
    assert not any(learner.failure for learner in learners.values())


def test_only_a_repository_has_a_deadline_and_a_local_one_is_cloned_without_one_too(submissions: Path) -> None:
    write(submissions / "repo/ex01.py", "print('committed')\n")
    git("init", "-q", cwd=submissions / "repo")
    git("add", ".", cwd=submissions / "repo")
    git("commit", "-qm", "first", cwd=submissions / "repo", date="2026-11-19T12:00:00Z")
    git("clone", "-q", "--bare", "repo", "bare", cwd=submissions)
    git("worktree", "add", "-q", "../tree", cwd=submissions / "repo")
    write(submissions / "repo/ex01.py", "print('not committed')\n")
    write(submissions / "plain/ex01.py")
    zip_of(submissions / "work.zip", ex01=SOURCE)
    places = ("plain", "work.zip", "repo", "bare", "tree")
    rows = [f"{place}{day},{place},{day}" for place in places for day in ("", "2026-11-20", "2020-01-01")]
    roster = write(submissions / "roster.csv", "\n".join(["login,source,deadline", *rows]))
    intake = Intake(submissions.parent / "session", ["ex01"], CATALOG)
    learners = {learner.login: learner for learner in intake.take_all(read_submissions(roster, CATALOG), {})}
    for place in ("plain", "work.zip"):
        for day in ("", "2026-11-20", "2020-01-01"):
            learner = learners[place + day]
            assert learner.scripts["ex01"].path.read_text() == SOURCE
            assert learner.problems == ()
            assert (f"the deadline {day} 23:59 was not applied: {place} is no repository" in said(learner)) == bool(day)
    for place in ("repo", "bare", "tree"):
        for day in ("", "2026-11-20"):
            assert learners[place + day].scripts["ex01"].path.read_text() == "print('committed')\n"
            assert "cloned at commit" in said(learners[place + day])
        assert "found none" in said(learners[f"{place}2020-01-01"])


@pytest.mark.parametrize(
    ("content", "said_of_it"),
    [
        ("name,where\n", "the first line names the columns"),
        ("", "the first line names the columns"),
        ("login,source\nada,\n", "line 2: a login and a source"),
        ("login,source\nada,a\nada,b\n", "line 3: ada is there twice"),
        ("login,source,deadline\nada,a,tomorrow\n", "'tomorrow' is not like 2026-11-20 18:00"),
    ],
)
def test_a_roster_that_cannot_be_used_says_where(submissions: Path, content: str, said_of_it: str) -> None:
    with pytest.raises(IntakeError, match=said_of_it):
        read_submissions(write(submissions / "roster.csv", content), CATALOG)


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
