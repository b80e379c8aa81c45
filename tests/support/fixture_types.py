"""The types of the fixtures in tests/conftest.py that are functions."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from checker.sandbox.box import JobResult

RunScript = Callable[..., JobResult]
WriteWithTensorflow = Callable[[str], Path]
CommandLine = Callable[..., subprocess.CompletedProcess[str]]
