"""Moodle's names: the login is that of the person, the number is kept, and two of one name stay two."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.intake.names import login_of, login_of_file, participant_of
from checker.intake.participants import named_as_before
from checker.intake.sources import Submissions, read_submissions
from tests.support.handed_in import CATALOG, take, write

FOLDER = "Ada Lovelace_{}_assignsubmission_file"


def read(submissions: Path, known: dict[str, str]) -> Submissions:
    return named_as_before(read_submissions(submissions, CATALOG), known)


@pytest.mark.parametrize(
    ("name", "login", "participant"),
    [
        ("First Last_2045613_assignsubmission_file", "First Last", "2045613"),
        ("First Last_2045613_assignsubmission_file_", "First Last", "2045613"),
        ("First Last_2045613_assignsubmission_onlinetext_", "First Last", "2045613"),
        ("user_12_7_assignsubmission_file", "user_12", "7"),
        ("Participant_2045613_assignsubmission_file", "Participant_2045613", "2045613"),
        ("First Last_2045613", "First Last_2045613", ""),
    ],
)
def test_the_login_is_the_name_and_the_number_is_apart(name: str, login: str, participant: str) -> None:
    assert login_of(name) == login_of_file(name, CATALOG) == login
    assert participant_of(name)[0] == participant


def test_the_folder_of_moodle_is_kept_for_the_way_back(submissions: Path) -> None:
    write(submissions / "Zoë B_77_assignsubmission_file_/ex01.py")
    write(submissions / "Max_8_assignsubmission_file_ex01.py")
    learners = take(submissions, "ex01")
    assert [*learners] == ["Max", "Zoë B"]
    assert learners["Zoë B"].handed_in.moodle_folder == "Zoë B_77_assignsubmission_file"
    assert learners["Max"].handed_in.moodle_folder == "Max_8_assignsubmission_file"
    assert learners["Max"].handed_in.participant == "8"


def test_two_of_one_name_stay_two_and_one_with_two_folders_stays_one(submissions: Path) -> None:
    for number in (7, 8):
        write(submissions / FOLDER.format(number) / "ex01.py")
    write(submissions / "Ada Lovelace_7_assignsubmission_onlinetext/ex02.py")
    write(submissions / "Max_3_assignsubmission_file/ex01.py")
    write(submissions / "Max/ex01.py")
    learners = take(submissions, "ex01", "ex02")
    assert [*learners] == ["Ada Lovelace_7", "Ada Lovelace_8", "Max", "Max_3"]
    assert [*learners["Ada Lovelace_7"].scripts] == ["ex01", "ex02"]


def test_a_session_of_before_keeps_its_logins(submissions: Path) -> None:
    write(submissions / FOLDER.format(7) / "ex01.py")
    assert [*read(submissions, {}).sources] == ["Ada Lovelace"]
    assert [*read(submissions, {"Ada Lovelace_7": ""}).sources] == ["Ada Lovelace_7"]
    assert [*read(submissions, {"Ada Lovelace": "7"}).sources] == ["Ada Lovelace"]
    assert [*read(submissions, {"Ada Lovelace": "9"}).sources] == ["Ada Lovelace_7"]
    write(submissions / FOLDER.format(9) / "ex01.py")
    assert [*read(submissions, {"Ada Lovelace": "7"}).sources] == ["Ada Lovelace", "Ada Lovelace_9"]
