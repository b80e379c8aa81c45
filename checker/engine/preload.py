"""Imports and uses once what reads evidence and holds checks: the children of `evidence_server` find all of it ready."""

from __future__ import annotations

import contextlib
import importlib
import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import checker
from checker.engine.hold_checks import hold as hold  # and all that it needs
from checker.engine.pytest_run import run_check_file
from checker.evidence.board import BoardError, application
from checker.evidence.pictures import decode_png

CHECKER = Path(checker.__file__).parent
ROOMS = ("checks", "diagnoses")
LATER = ("encodings.idna", "numpy.ma")  # imported only where they are needed


def preload() -> None:
    """Import all checks; let pytest, TensorBoard and the reader of pictures set themselves up, on nothing."""
    for room in ROOMS:
        for file in sorted((CHECKER / room).glob("*.py")):
            importlib.import_module(f"checker.{room}.{file.stem}")
    picture = io.BytesIO()
    Image.fromarray(np.zeros((1, 1), np.uint8)).save(picture, "PNG")
    decode_png(picture.getvalue())
    for name in LATER:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="suite-preload-") as folder:
        with contextlib.suppress(BoardError):
            application(Path(folder))
        empty = Path(folder, "check_nothing.py")
        empty.write_text("def check_nothing():\n    pass\n", "utf-8")
        run_check_file(empty, [])
