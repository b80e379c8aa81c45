"""What goes back to a learner tells them everything of their own work, and nothing of anybody else."""

from __future__ import annotations

import csv
import io
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

from checker.__main__ import cli
from checker.intake.learner import Learner, Problem, Remark
from checker.outcome import CheckResult, NamedLine, Report, Status
from checker.report.view import NOT_HANDED_IN, SUBMISSION
from checker.session.store import Store
from checker.workers.assignment import Task

HOSTILE = "<script>alert(1)</script> ``` [x](http://evil.example) \x1b[31m\u202e **bold** | `code` ``two`` \ud800"
NUMBERED = "Grace Hopper_2045613"
LOGINS = ("ada", "Zoë Durand", NUMBERED, "kim")
FILES = ("feedback.html", "feedback.md", "feedback.txt")


def failing(login: str, found: str) -> CheckResult:
    lines = (NamedLine("ex01.py", 3, "ex01.py, line 3"),)
    where = f"ex01.py, line 3: loss_of_{login.split()[0]}"
    hint = "look at tf.reduce_mean"
    actual = f"{found} (ex01.py, line 3)"
    return CheckResult("check_a", "fits *W*", Status.FAIL, where, "-7", actual, hint, place=where, lines=lines)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session of four learners: what failed, what passed, what was not handed in, what is hostile."""
    folder = tmp_path / "monday"
    folder.mkdir()
    learners = [Learner(login, f"f{number}", {}) for number, login in enumerate(LOGINS)]
    learners[3] = Learner("kim", "f3", {}, (Problem(HOSTILE[:-1], "a zip", "none", ""),), (Remark("a choice"),))
    checks = {
        "ada": [
            failing("ada", "secret_of_ada"),
            CheckResult("check_b", "does b", Status.SKIP, detail="fits W"),
            CheckResult("check_c", "does c", Status.PASS, advice="write fewer lines"),
        ],
        "Zoë Durand": [CheckResult("check_a", "fits W", Status.PASS)],
        NUMBERED: [CheckResult(NOT_HANDED_IN, "is handed in", Status.FAIL, SUBMISSION, "a script", "no such file")],
        "kim": [CheckResult("check_a", HOSTILE, Status.FAIL, HOSTILE, HOSTILE, f"=1+1 {HOSTILE}", HOSTILE)],
    }
    with Store(folder) as store:
        store.enter(learners, {(login, "ex01"): "k" for login in LOGINS})
        for login, own in checks.items():
            report = Report("ex01", f"submissions/{login}/ex01.py", "none", "none", own, logdir=f"logdir/of {login}")
            store.record(Task(login, "ex01", "k"), report, 1)
        store.add_note("ada", "ex01", "look at\nthe sign")
        store.add_note("ada", "ex01", "a good answer", "answer")
        store.add_note("kim", "ex01", f"- {HOSTILE}\n✗ ex01 forged: line\n# heading")
        store.add_note("Zoë Durand", "ex01", "seen on the machine", "by-hand")
    return folder


def feedback(session: Path, *options: str) -> Result:
    result = CliRunner().invoke(cli, ["feedback", str(session), *options], prog_name="checker")
    assert result.exit_code == 0, result.output
    return result


def texts(session: Path, login: str, name: str = "feedback") -> dict[str, str]:
    folder = session / name / "learners" / f"f{LOGINS.index(login)}"
    return {file: (folder / file).read_text("utf-8") for file in FILES}


class Tags(HTMLParser):
    """Collects the tags of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_each_learner_gets_what_failed_with_the_notes_on_it_in_three_formats(session: Path) -> None:
    feedback(session)
    for text in texts(session, "ada").values():
        plain = text.replace("\\", "")
        for said in (
            "secret_of_ada",
            "-7",
            "look at tf.reduce_mean",
            "the sign",
            "a good answer",
            "note of your corrector:",
            "on your answer to the open question:",
            "1 more check says nothing new",
            "does c",
            "write fewer lines",
            "something is not right yet",
        ):
            assert said in plain
    assert all("not handed in" in text for text in texts(session, NUMBERED).values())
    assert all("checked by hand" in text for text in texts(session, "Zoë Durand").values())


def test_nothing_of_anybody_else_is_in_any_file(session: Path) -> None:
    feedback(session)
    for login in LOGINS:
        for text in texts(session, login).values():
            for other in LOGINS:
                if other != login:
                    assert other not in text
                    assert f"loss_of_{other.split()[0]}" not in text
            assert "logdir" not in text
            assert "submissions" not in text
            assert str(session) not in text
            assert ("secret_of_ada" in text) == (login == "ada")


def test_a_note_that_names_another_learner_is_left_out_and_told(session: Path) -> None:
    with Store(session) as store:
        store.add_note("ada", "ex01", "the same as ZOE DURAND")
        store.add_note("ada", "ex01", "adamant and kimono name nobody")
    result = feedback(session)
    assert "left out: a note on ada ex01 names Zoë Durand; change it with --edit" in result.stderr
    page = texts(session, "ada")["feedback.html"]
    assert "DURAND" not in page
    assert "adamant" in page


def test_a_page_needs_nothing_runs_nothing_and_escapes_what_is_hostile(session: Path) -> None:
    feedback(session)
    page = Tags(texts(session, "kim")["feedback.html"])
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img", "link", "a", "iframe", "svg", "form"})
    assert not any(name in ("src", "href") or name.startswith("on") for _, own in page.tags for name in own)
    assert "<script>alert(1)</script>" in page.text
    policy = next(own["content"] for tag, own in page.tags if own.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_markdown_of_a_hostile_text_is_text(session: Path) -> None:
    feedback(session)
    source = texts(session, "kim")["feedback.md"]
    page = Tags(MarkdownIt("gfm-like", {"linkify": False}).render(source))
    assert {tag for tag, _ in page.tags} <= {"h1", "h2", "p", "ul", "li", "strong", "code", "blockquote", "br"}
    assert [tag for tag, _ in page.tags].count("h2") == 1
    assert page.text.count("<script>alert(1)</script>") >= 5
    assert "**bold**" in page.text
    assert "# heading" in page.text
    assert "[x](http://evil.example)" in page.text


def test_a_text_file_holds_no_control_character_and_no_line_of_a_note_looks_like_ours(session: Path) -> None:
    feedback(session)
    text = texts(session, "kim")["feedback.txt"]
    assert not any(sign in text for sign in "\x1b\u202e\ud800")
    assert "  | ✗ ex01 forged: line" in text.splitlines()
    assert not any(line.startswith("✗ ex01 forged") for line in text.splitlines())


def test_feedback_speaks_french(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUITE_LANG", "en")  # put back afterwards: the option sets it
    feedback(session, "--lang", "fr")
    page = texts(session, "ada")
    assert '<html lang="fr">' in page["feedback.html"]
    for text in page.values():
        assert "remarque de votre correcteur\u00a0:" in text
        assert "note of your corrector" not in text
        assert "expected" not in text
        assert "quelque chose n'est pas encore juste" in text.replace("&#39;", "'")


def test_the_zip_for_moodle_holds_folders_that_moodle_knows_and_who_is_not_in_it_is_told(session: Path) -> None:
    result = feedback(session)
    with zipfile.ZipFile(session / "feedback/moodle.zip") as archive:
        assert archive.namelist() == [f"Grace Hopper_2045613_assignsubmission_file_/{name}" for name in FILES]
        assert archive.read(archive.namelist()[0]).decode() == texts(session, NUMBERED)["feedback.html"]
    assert "without a number of Moodle, so not in moodle.zip: ada, kim, Zoë Durand" in result.stderr
    with zipfile.ZipFile(session / "feedback/email.zip") as archive:
        assert sorted(archive.namelist()) == sorted(f"f{number}/{name}" for number in range(4) for name in FILES)


def test_the_table_names_the_root_cause_of_each_exercise(session: Path) -> None:
    feedback(session)
    data = (session / "feedback/results.csv").read_text("utf-8-sig")
    rows = {row["login"]: row for row in csv.DictReader(io.StringIO(data))}
    assert (rows["ada"]["outcome"], rows["ada"]["cause"], rows["ada"]["found"]) == ("fail", "fits *W*", "secret_of_ada")
    assert (rows["ada"]["passed"], rows["ada"]["failed"], rows["ada"]["notes"]) == ("1", "1", "2")
    assert rows[NUMBERED]["outcome"] == "absent"
    assert rows["kim"]["found"].startswith("'=1+1")


def test_feedback_that_is_written_again_is_the_same_to_the_byte(session: Path) -> None:
    feedback(session)
    before = {path: path.read_bytes() for path in (session / "feedback").rglob("*") if path.is_file()}
    feedback(session)
    assert {path: path.read_bytes() for path in (session / "feedback").rglob("*") if path.is_file()} == before
