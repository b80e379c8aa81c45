"""Scripts that are alike stand side by side on pages of their own, with the lines marked that both have."""

from __future__ import annotations

import html
import re
from pathlib import Path

from checker.intake.learner import Learner
from checker.outcome import CheckResult, Report, Status
from checker.session.reporting import write_reports
from checker.session.side_by_side import LONGEST_LINE, MOST_LINES, lines_side_by_side
from checker.session.store import Store
from checker.workers.assignment import Task

SCRIPT = "\n".join(
    f"v_{line} = session.run(tf.reduce_sum(tf.square(x_{line}) * {line}, axis={line % 3}))" for line in range(40)
)


def test_lines_that_differ_in_names_and_comments_are_alike() -> None:
    rows = lines_side_by_side("a = f(1)\n\nb = 2\n", "import z\nc = f(1)  # mine\n\nb = 3\n")
    assert [(row.number, row.other_number, row.is_alike) for row in rows] == [
        (None, 1, False),
        (1, 2, True),
        (2, 3, False),  # an empty line is no likeness
        (3, 4, False),
    ]


def test_what_is_compared_is_bounded() -> None:
    many = lines_side_by_side("x = 1\n" * 50_000, "x = 1\n" * 50_000)
    assert len(many) <= 2 * MOST_LINES
    (long,) = lines_side_by_side("x" * 100_000, "x" * 100_000)
    assert len(long.text) == LONGEST_LINE
    assert lines_side_by_side("", "") == []


def test_each_pair_has_a_page_that_escapes_and_accuses_nobody(tmp_path: Path) -> None:
    scripts = {"ada": SCRIPT + "\n# <script>alert(1)</script>\n", "bob": SCRIPT.replace("v_", "w_"), "cy": "print(1)\n"}
    passed = CheckResult("check_a", "does a", Status.PASS)
    with Store(tmp_path) as store:
        store.enter([Learner(login, login, {}) for login in scripts], {(login, "ex01"): "k" for login in scripts})
        for login, text in scripts.items():
            file = tmp_path / "submissions" / login / "ex01.py"
            file.parent.mkdir(parents=True)
            file.write_text(text)
            report = Report("ex01", f"submissions/{login}/ex01.py", "none", "none", [passed])
            store.record(Task(login, "ex01", "k"), report, 1)
        write_reports(store, tmp_path, likeness=True)
        (page,) = (tmp_path / "likeness").iterdir()
        text = page.read_text("utf-8")
        assert f'href="likeness/{page.name}">ada | bob' in (tmp_path / "likeness.html").read_text("utf-8")
        assert text.count('<tr class="alike">') == 40
        assert "<script" not in text
        assert html.escape("# <script>alert(1)</script>") in text
        assert "not why" in text
        for link in re.findall(r'href="([^"#]+)', text):
            assert (page.parent / link).is_file()
        assert "likeness" not in (tmp_path / "learners/ada.html").read_text("utf-8")
        write_reports(store, tmp_path)
    assert not (tmp_path / "likeness").exists()
