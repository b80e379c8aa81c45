"""What learners write beside their scripts is found, bounded and harmless."""

from __future__ import annotations

import os
from pathlib import Path

from checker.intake import answers
from checker.intake.answers import find_answers
from tests.support.handed_in import take, write


def test_answers_and_readmes_are_found_wherever_they_lie(submissions: Path) -> None:
    for name in ("answers.md", "Réponses.TXT", "ex04/README", "README.md", "ex02/my_answer.rst", "reponses.pdf"):
        write(submissions / "ada" / name, f"in {name}")
    for name in ("ex01.py", "answers.py", "notes.txt", "venv/README.md", ".git/README", "answersheet.csv"):
        write(submissions / "ada" / name)
    found = {answer.name: answer.text for answer in take(submissions)["ada"].handed_in.answers}
    assert found == {
        "README.md": "in README.md",
        "Réponses.TXT": "in Réponses.TXT",
        "answers.md": "in answers.md",
        "ex02/my_answer.rst": "in ex02/my_answer.rst",
        "ex04/README": "in ex04/README",
        "reponses.pdf": answers.NO_TEXT,
    }


def test_any_encoding_is_read_and_what_is_not_to_be_seen_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "answers.md", "é\r\nis not \x1b[31mred\x1b[0m\u202e\0".encode())
    write(tmp_path / "answers.txt", "la réponse".encode("cp1252"))
    write(tmp_path / "readme.txt", "la réponse".encode("utf-16"))
    assert [answer.text for answer in find_answers(tmp_path)] == ["é\nis not red", "la réponse", "la réponse"]


def test_there_is_a_bound_on_length_and_number_and_links_are_not_followed(tmp_path: Path) -> None:
    for number in range(answers.MOST_ANSWERS + 5):
        write(tmp_path / f"{number:02}/answers.md", "é" * answers.MOST_BYTES)
    found = find_answers(tmp_path)
    assert len(found) == answers.MOST_ANSWERS
    assert {answer.text for answer in found} == {"é" * answers.LONGEST_ANSWER + answers.CUT}
    os.symlink("/etc/passwd", write(tmp_path / "in/ex01.py").parent / "answers.md")
    assert "in/answers.md" not in [answer.name for answer in take(tmp_path.parent, "ex01")[tmp_path.name].handed_in.answers]
