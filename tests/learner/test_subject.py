"""A learner's README holds of the subjects what a learner needs, in their language where it is there."""

from __future__ import annotations

import shutil
from pathlib import Path

from checker.learner.subject import learner_part, subject_of
from checker.pack_reader import read_pack
from tests.support.exercises import CATALOG
from tests.support.paths import TESTS

FORMULAS = TESTS / "packs" / "formulas"
TEXT = """# Subjects

Read [the manual](https://example.org) and [the tours](tours/README.md), from [here](#ex01).

These scripts are complete. Compare:

    python -m checker ex01 my/ex01.py

## ex01: one

```python
## ex09: a comment in code
x = 1
```

## Tours

Elsewhere.

## ex02: two
"""


def test_sections_about_no_exercise_and_what_a_checkout_needs_are_left_out() -> None:
    assert learner_part(TEXT, ["ex01", "ex02"]) == (
        "# Subjects\n\n"
        "Read [the manual](https://example.org) and the tours, from [here](#ex01).\n\n"
        "## ex01: one\n\n```python\n## ex09: a comment in code\nx = 1\n```\n\n"
        "## ex02: two\n"
    )


def test_all_sections_stay_where_none_is_about_an_exercise() -> None:
    part = learner_part(TEXT, ["tides"])
    assert [line for line in part.splitlines() if line.startswith("## ") and "comment" not in line] == [
        "## ex01: one",
        "## Tours",
        "## ex02: two",
    ]


def test_subjects_are_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(FORMULAS, folder)
    (folder / "README.fr.md").write_text("# Des formules\n", "utf-8")
    pack = read_pack(folder)
    assert subject_of(pack, "fr") == "# Des formules\n"
    assert (subject_of(pack, "en") or "").startswith("# Formulas as graphs\n\n## root")
    (folder / "README.fr.md").unlink()
    assert subject_of(pack, "fr") == subject_of(pack, "en")


def test_every_exercise_of_the_day_has_its_subject() -> None:
    text = subject_of(CATALOG.packs[0], "en") or ""
    assert [f"## {exercise}: " in text for exercise in CATALOG] == [True] * len(CATALOG)
