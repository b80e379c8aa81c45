"""Inside a forked child: a notebook made into a script, and lines that only a notebook understands taken out."""

from __future__ import annotations

import importlib.util
import json
import re
import warnings
from pathlib import Path
from typing import Any

LARGEST_NOTEBOOK_BYTES = 64 << 20  # with the pictures of its outputs, which are dropped before it is converted
LARGEST_CODE = 1 << 20  # characters
MOST_CELLS = 2_000
MOST_MAGICS = 200
LARGEST_MAGIC_SOURCE = 256 << 10  # characters: each line that is taken out costs another look at all of them

SUFFIX = ".ipynb"
PYTHON_CELLS = ("%%time", "%%capture", "%%prun")  # %%timeit, too; after any other %% the cell is in another language
_MAGIC = re.compile(r"(\s*)(?:[%!].*|\?{1,2}[\w.]+|[\w.]+\?{1,2})\s*")


class NotebookError(Exception):
    """A file is no notebook; the message says why."""


def is_notebook(path: str) -> bool:
    """Whether a file is a notebook by its name."""
    return path.lower().endswith(SUFFIX)


def convert(path: Path) -> str:
    """Return the code of a notebook as Python, nothing of it executed; cells are numbered as they stand.

    Raises `NotebookError`.
    """
    if path.stat().st_size > LARGEST_NOTEBOOK_BYTES:
        raise NotebookError(f"{path.stat().st_size >> 20} MiB are too much, the limit is {LARGEST_NOTEBOOK_BYTES >> 20} MiB")
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"not JSON, and so no notebook: {error}") from None
    cells = _code_cells(content)
    import nbformat
    from nbconvert.exporters.python import PythonExporter

    notebook = nbformat.v4.new_notebook()
    for number, code in enumerate(cells, 1):
        notebook.cells.append(nbformat.v4.new_code_cell(code, execution_count=number))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses IPython, which would transform magics; `without_magics` does
        script, _ = PythonExporter().from_notebook_node(notebook)
    return str(script)


def _code_cells(content: Any) -> list[str]:
    """Return the code cells of a notebook of format 3 or later, as text."""
    if not isinstance(content, dict):
        raise NotebookError("no notebook: not a JSON object")
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):  # format 3
        sheets = [sheet["cells"] for sheet in content["worksheets"] if isinstance(sheet, dict) and "cells" in sheet]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise NotebookError("no notebook: it has no cells")
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
        raise NotebookError("no notebook: a cell whose source is no text")
    if source.startswith("%%") and not source.startswith(PYTHON_CELLS):
        return "".join(f"# {line}" for line in source.splitlines(keepends=True))
    return source


def without_magics(source: bytes) -> bytes | str:
    """Return a script with `pass` for each line that only a notebook understands, such as ``%matplotlib inline``.

    Only where Python cannot read a line, so that a formula which goes on with ``% n`` stays. What it cannot read even so
    stays, too: Python will say why.
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
