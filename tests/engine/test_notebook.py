"""Notebooks become scripts, nothing of them executed; lines that only a notebook understands stop nothing."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from checker.engine.workshop import Options, Workshop
from checker.evidence.notebook import place_in_notebook
from checker.outcome import Report, Status
from checker.sandbox.futures import taken_out
from checker.sandbox.notebook import MOST_CELLS, NotebookError, convert, without_magics
from tests.support.exercises import CATALOG
from tests.support.script_text import RIGHT


def notebook(*cells: str, **more: Any) -> dict[str, Any]:
    code: list[dict[str, Any]] = [
        {"cell_type": "code", "source": text, "outputs": [], "metadata": {}, "execution_count": None} for text in cells
    ]
    words = {"cell_type": "markdown", "source": "# Words\n", "metadata": {}}
    return {"cells": [words, *code], "metadata": {}, "nbformat": 4, "nbformat_minor": 4, **more}


def write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), "utf-8")
    return path


def check(workshop: Workshop, script: Path) -> Report:
    return workshop.check(CATALOG["ex01"], script, Options(timeout_s=300))


def test_imports_from_the_future_in_a_later_cell_run_and_every_line_keeps_its_number(
    workshop: Workshop, tmp_path: Path
) -> None:
    cells = [
        "import os",
        "# Python 2\n%matplotlib inline\nfrom __future__ import (division,\n    print_function)\nfrom __future__ import annotations\nx: Missing = 1\nprint(x / 0)",
    ]
    report = check(workshop, write(tmp_path / "mine.ipynb", notebook(*cells)))
    assert report.checks[0].where == "mine.ipynb, code cell 2, line 7: print(x / 0)"
    assert "ZeroDivisionError" in report.checks[0].actual


def test_only_the_head_of_a_later_cell_has_such_imports_taken_out() -> None:
    late = "x = 1\nfrom __future__ import division"
    assert taken_out(["", "from __future__ import division", late]) == (["", "from __future__ import division", late], [])
    assert taken_out(["x", "\n# a\nfrom __future__ import division  # b\nprint(1)"]) == (
        ["x", "\n# a\n\nprint(1)"],
        ["division"],
    )
    assert taken_out(["x", "from __future__ import division as d"]) == (["x", "from __future__ import division as d"], [])


def test_a_notebook_is_checked_like_a_script(workshop: Workshop, tmp_path: Path) -> None:
    head, tail = RIGHT.split("\n", 3)[:3], RIGHT.split("\n", 3)[3:]
    cells = ["%matplotlib inline\n!pip install tensorflow\n" + "\n".join(head), "%%time\n" + "".join(tail), "get_ipython()"]
    report = check(workshop, write(tmp_path / "mine.ipynb", notebook(*cells)))
    assert report.status is Status.PASS, report.checks
    assert report.notes == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.ipynb"]


def test_an_error_is_found_in_its_cell(workshop: Workshop, tmp_path: Path) -> None:
    report = check(workshop, write(tmp_path / "mine.ipynb", notebook("x = 1", "y = 2\n\nprint(x / 0)")))
    assert report.checks[0].where == "mine.ipynb, code cell 2, line 3: print(x / 0)"
    assert [source.title for source in report.sources] == ["mine.ipynb"]
    assert report.checks[0].actual == "ZeroDivisionError: division by zero"


def test_a_notebook_of_format_3_and_sources_in_lines_are_read(tmp_path: Path) -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}]}], "nbformat": 3}
    assert "x = 1\ny = 2" in convert(write(tmp_path / "a.ipynb", old))


def test_a_cell_in_another_language_is_left_out_and_a_timed_one_is_not(tmp_path: Path) -> None:
    cells = ["if True:\n    !pip install x\nx = 1", "%%bash\nrm -rf /\nx=2", "%%time\ny = x + 1"]
    source = without_magics(convert(write(tmp_path / "a.ipynb", notebook(*cells))).encode())
    names: dict[str, int] = {}
    exec(compile(source, "a.py", "exec"), names)
    assert (names["x"], names["y"]) == (1, 2)


HOSTILE = {
    "nothing": b"",
    "no JSON": b"print(1)",
    "a list": b"[1, 2]",
    "no cells": b"{}",
    "cells that are none": b'{"cells": 3}',
    "cells of nothing": b'{"cells": [null, 3, {}, {"cell_type": "code"}]}',
    "a source that is none": b'{"cells": [{"cell_type": "code", "source": [1, 2]}]}',
    "no code": b'{"cells": [{"cell_type": "code", "source": " "}]}',
    "sheets that are none": b'{"worksheets": [3, {"cells": 4}]}',
    "lists in lists": b"[" * 200_000,
    "no UTF-8": b"\xff\xfe\x00",
    "many cells": json.dumps(notebook(*["x = 1"] * (MOST_CELLS + 1))).encode(),
    "a long cell": json.dumps(notebook("x = 1\n" * 400_000)).encode(),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_notebook_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.ipynb"
    file.write_bytes(content)
    with pytest.raises(NotebookError) as refused:
        convert(file)
    assert "\n" not in str(refused.value)


def test_a_sparse_notebook_of_many_gigabytes_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    file.touch()
    os.truncate(file, 1 << 30)
    with pytest.raises(NotebookError, match="1024 MiB are too many"):
        convert(file)


def test_a_refused_notebook_is_a_failure_that_says_so(workshop: Workshop, tmp_path: Path) -> None:
    file = tmp_path / "mine.ipynb"
    file.write_text("print(1)")
    first = check(workshop, file).checks[0]
    assert (first.status, first.where) == (Status.FAIL, "mine.ipynb")
    assert first.actual.startswith("exit status 1: NotebookError: not JSON, and so not a notebook")
    assert "Jupyter" in first.hint


def test_text_that_python_cannot_read_is_the_notebooks_failure(workshop: Workshop, tmp_path: Path) -> None:
    for text in ("x = '\ud800'", "x = 1\0", "{{ 1 }}{% raw %}"):
        first = check(workshop, write(tmp_path / "mine.ipynb", notebook(text))).checks[0]
        assert first.status is Status.FAIL
        assert "Error" in first.actual


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("%matplotlib inline\nx = 1\n", "pass\nx = 1\n"),
        ("if x:\n    !pip install y\n", "if x:\n    pass\n"),
        ("%%time\nf(\n  a)\n!ls\n", "pass\nf(\n  a)\npass\n"),
        ("tf.constant?\n", "pass\n"),
        ("?tf.constant\r\nx\r\n", "pass\nx\n"),
        ("x = (5\n% 3)\n!ls", "x = (5\n% 3)\npass"),
        ("'''\n%time\n'''\n%time", "'''\n%time\n'''\npass"),
        ("x = (5\n% 3)\n", b"x = (5\n% 3)\n"),
        ("x = !ls\n", b"x = !ls\n"),
        ("%matplotlib inline\nprint 'old'\n", "pass\nprint 'old'\n"),
        ("# -*- coding: nothing -*-\n%time", b"# -*- coding: nothing -*-\n%time"),
    ],
)
def test_lines_of_notebooks_become_pass_where_python_cannot_read_them(before: str, after: str | bytes) -> None:
    found = without_magics(before.encode())
    assert found == after or found == (after.encode() if isinstance(after, str) else after.decode())


def test_many_lines_of_notebooks_are_left_to_python_in_time() -> None:
    began = time.process_time()
    without_magics(b"%time\n" * 40_000)
    without_magics(b"\n" * 1_000_000 + b"%time")
    assert time.process_time() - began < 30


def test_a_line_outside_a_cell_or_a_file_that_is_none_has_no_place(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    assert place_in_notebook(file, 3) == ""
    file.write_text("# coding\n# In[1]:\n\n\nx\n")
    assert (place_in_notebook(file, 1), place_in_notebook(file, 5)) == ("", "code cell 1, line 1")
    assert place_in_notebook(file, 10**9) == "code cell 1, line 2"


@pytest.mark.parametrize("deep", ['{"cells": ' + "[" * 10_000 + "]" * 10_000 + "}", '{"a":' * 10_000 + "1" + "}" * 10_000])
def test_a_notebook_that_is_nested_deeply_is_no_notebook(tmp_path: Path, deep: str) -> None:
    notebook = tmp_path / "ex01.ipynb"
    notebook.write_text(deep)
    with pytest.raises(NotebookError):
        convert(notebook)


def test_a_huge_cell_is_told(tmp_path: Path) -> None:
    notebook = tmp_path / "ex01.ipynb"
    notebook.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "x = 1\n" * 1_000_000}]}))
    with pytest.raises(NotebookError, match="too long: 1 cells, 6000000 characters"):
        convert(notebook)
