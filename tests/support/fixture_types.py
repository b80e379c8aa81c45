"""The types of the fixtures in the conftest.py files that are functions."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from checker.evidence.session_record import SessionLog
from checker.sandbox.box import Box, JobResult

RunScript = Callable[..., JobResult]
WriteWithTensorflow = Callable[[str], Path]
Attempt = Callable[[str], str]
CommandLine = Callable[..., subprocess.CompletedProcess[str]]
WarmBox = Callable[[str], Box]
Record = Callable[[str], SessionLog]
