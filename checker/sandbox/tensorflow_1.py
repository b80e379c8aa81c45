"""The interpreter with real TensorFlow 1.15 that a learner names, and what a box must show of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from checker.sandbox.shown_files import links_to

VERSION = "1.15"
PYTHON_VARIABLE = "SUITE_TF1_PYTHON"
START_S = 20.0  # processor seconds that its start is allowed: a script waits for the import of TensorFlow, unlike in the box
PROBE_TIMEOUT_S = 60
PROBE = """
import json, os, sys, sysconfig
folders = [folder for folder in map(os.path.abspath, filter(None, sys.path)) if os.path.isdir(folder)]
names = [name for folder in folders for name in os.listdir(folder)]
print(json.dumps({
    "version": sys.version_info[:2], "folders": folders + [sysconfig.get_path("stdlib")], "base": sys.base_prefix,
    "found": [name for name in names if name.startswith("tensorflow") and name.endswith("-info")],
    "prefix": sys.prefix, "program": sys.executable,
}))
"""
DISTRIBUTION = re.compile(r"tensorflow(?:_\w+)?-(\d[\w.]*?)(?:-py3\.7)?\.(?:dist|egg)-info")
REMEDY = f"make .venv-tf1/installed makes one: {PYTHON_VARIABLE}=.venv-tf1/bin/python"


class NoTensorflow1(Exception):
    """There is no interpreter with TensorFlow 1.15; the message says why, and the remedy."""


@dataclass(frozen=True)
class OtherPython:
    """An interpreter that runs scripts in place of this one, and the files and folders that it needs."""

    path: str
    readable: tuple[Path, ...]


def find_tensorflow_1() -> OtherPython:
    """Return the interpreter that SUITE_TF1_PYTHON names. Raises `NoTensorflow1`."""
    named = os.environ.get(PYTHON_VARIABLE, "")
    if not named:
        raise NoTensorflow1(f"the variable {PYTHON_VARIABLE} names the interpreter that has it, and is not set; {REMEDY}")
    program = shutil.which(named)
    if program is None:
        raise NoTensorflow1(f"{PYTHON_VARIABLE}={named}: no program to be run; {REMEDY}")
    try:
        told = subprocess.run([program, "-Es", "-c", PROBE], capture_output=True, timeout=PROBE_TIMEOUT_S)
        answer = json.loads(told.stdout)
        versions = [match[1] for match in map(DISTRIBUTION.fullmatch, answer["found"]) if match]
    except (OSError, subprocess.TimeoutExpired, ValueError, LookupError, TypeError):
        raise NoTensorflow1(f"{PYTHON_VARIABLE}={named}: no Python; {REMEDY}") from None
    python = ".".join(map(str, answer["version"]))
    if python != "3.7" or not any(version.startswith(VERSION) for version in versions):
        has = f"Python {python} with TensorFlow {versions[0]}" if versions else f"Python {python} without TensorFlow"
        raise NoTensorflow1(f"{PYTHON_VARIABLE}={named}: {has}, and not Python 3.7 with TensorFlow {VERSION}; {REMEDY}")
    return OtherPython(answer["program"], tuple(_needed(answer)))


def _needed(answer: dict[str, object]) -> list[Path]:
    """Return what a box must show: the program, its libraries and packages, and no prefix as a whole."""
    folders = [Path(str(folder)) for folder in answer["folders"]]  # type: ignore[attr-defined]  # a list
    needed = [*links_to(Path(str(answer["program"]))), Path(str(answer["prefix"]), "pyvenv.cfg"), *folders]
    needed += sorted(Path(str(answer["base"]), "lib").glob("libpython3.7*.so*"))
    return list(dict.fromkeys(path for path in needed if path.exists()))
