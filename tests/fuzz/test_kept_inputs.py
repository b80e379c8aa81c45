"""What a fuzzer once found stays mended, and every reader takes its seeds and what is kept of the fuzzer's inputs."""

from __future__ import annotations

import subprocess
import sys

from tests.fuzz.readers import READERS
from tests.fuzz.seeds import inputs
from tests.support.paths import PROJECT


def test_readers_take_every_kept_input_within_their_bounds() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", "--replay"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    read = ended.stdout.splitlines()
    assert ended.returncode == 0, f"{read[-1:]}\n{ended.stderr}"
    assert len(read) == sum(len(inputs(reader)) for reader in READERS)
