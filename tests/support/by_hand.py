"""Scripts of `exercises/` as a learner runs them by hand, without a display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.paths import PROJECT

SCRIPTS = PROJECT / "exercises"


def run_by_hand(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script, named relative to `exercises/`, in a folder."""
    clean = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "MPLBACKEND", "SUITE_DATA")}
    return subprocess.run(
        [sys.executable, str(SCRIPTS / script)],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
