"""A text checked as exercise 01, or run in a box."""

from __future__ import annotations

from pathlib import Path

from checker.engine.workshop import Options, Workshop
from checker.outcome import Report
from checker.sandbox.box import JobResult
from tests.support.exercises import CATALOG


def check_ex01(workshop: Workshop, folder: Path, text: str) -> Report:
    """Write a text as ex01.py into a folder, check it, and publish its run below the folder."""
    script = folder / "ex01.py"
    script.write_text(text, "utf-8")
    return workshop.check(CATALOG["ex01"], script, Options(timeout_s=300, publish_to=folder))


def printed(result: JobResult) -> str:
    """Return what a run printed that ended well."""
    assert result.exit_code == 0, result.stderr.decode()
    return result.stdout.decode().strip()
