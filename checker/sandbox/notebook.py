"""Inside a forked child: converts a notebook into a script, and takes out lines that only a notebook understands."""

from __future__ import annotations

import importlib.util
import json
import re
import warnings
from pathlib import Path
from typing import Any

from checker.sandbox import futures

LARGEST_NOTEBOOK_BYTES = 64 << 20  # with the pictures in its outputs, which are dropped before the conversion
LARGEST_CODE = 1 << 20  # characters
MOST_CELLS = 2_000
MOST_MAGICS = 200
LARGEST_MAGIC_SOURCE = 256 << 10  # characters: the whole text is compiled again after each line that is taken out

SUFFIX = ".ipynb"
PYTHON_CELLS = ("%%time", "%%capture", "%%prun")  # and %%timeit; after any other %% a cell is in another language
_MAGIC = re.compile(r"(\s*)(?:[%!].*|\?{1,2}[\w.]+|[\w.]+\?{1,2})\s*")


class NotebookError(Exception):
    """A file is not a notebook; the message says why."""


def is_notebook(path: str) -> bool:
    """Whether the name of a file is that of a notebook."""
    return path.lower().endswith(SUFFIX)


def convert(path: Path) -> str:
    """Return the code of a notebook as Python, with numbered cells. Nothing is executed.

    Raises `NotebookError`.
    """
    if path.stat().st_size > LARGEST_NOTEBOOK_BYTES:
        raise NotebookError(f"{path.stat().st_size >> 20} MiB are too many, the limit is {LARGEST_NOTEBOOK_BYTES >> 20} MiB")
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"not JSON, and so not a notebook: {error}") from None
    cells, future = futures.taken_out(_code_cells(content))
    import nbformat
    from nbconvert.exporters.python import PythonExporter

    notebook = nbformat.v4.new_notebook()
    for number, code in enumerate(cells, 1):
        notebook.cells.append(nbformat.v4.new_code_cell(code, execution_count=number))
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # nbconvert misses IPython, which transforms magics; `without_magics` does it instead
        script, _ = PythonExporter().from_notebook_node(notebook)
    return futures.put_first(str(script), future)


def _code_cells(content: Any) -> list[str]:
    """Return the code cells of a notebook of format 3 or later, as text."""
    if not isinstance(content, dict):
        raise NotebookError("not a notebook: not a JSON object")
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):  # format 3
        sheets = [sheet["cells"] for sheet in content["worksheets"] if isinstance(sheet, dict) and "cells" in sheet]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise NotebookError("not a notebook: it has no cells")
    code = [_text(cell.get("source", cell.get("input"))) for cell in cells if _is_code(cell)]
    if len(code) > MOST_CELLS or sum(map(len, code)) > LARGEST_CODE:
        raise NotebookError(f"too long: {len(code)} cells, {sum(map(len, code))} characters")
    if not any(text.strip() for text in code):
        raise NotebookError("it has no code")
    return code


def _is_code(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _text(source: Any) -> str:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise NotebookError("not a notebook: the source of a cell is not text")
    if source.startswith("%%") and not source.startswith(PYTHON_CELLS):
        return "".join(f"# {line}" for line in source.splitlines(keepends=True))
    return source


def without_magics(source: bytes) -> bytes | str:
    """Return a script with `pass` for each line that only a notebook understands, such as ``%matplotlib inline``.

    Only lines that Python cannot read are replaced, so a formula that continues with ``% n`` stays. Other errors stay as
    well: Python will explain them.
    """
    if not re.search(rb"^[ \t]*(?:[%!?]|[\w.]+\?)", source, re.MULTILINE):
        return source
    try:
        text = importlib.util.decode_source(source)
    except (SyntaxError, UnicodeError, LookupError):
        return source
    if len(text) > LARGEST_MAGIC_SOURCE:
        return source
    lines = text.split("\n")
    for _ in range(MOST_MAGICS):
        try:
            compile("\n".join(lines), "<script>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            number = getattr(error, "lineno", None) or 0
            magic = _MAGIC.fullmatch(lines[number - 1]) if 0 < number <= len(lines) else None
            if magic is None:
                break
            lines[number - 1] = f"{magic[1]}pass"
        else:
            break
    return "\n".join(lines)
