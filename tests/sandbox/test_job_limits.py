"""The limits of a job: the script that passes one, the limit that is told, and the script that stays within."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.exercise import Limits
from checker.sandbox.box import Box
from checker.units import MIB
from tests.support.fixture_types import RunScript

SECONDS = 300  # ample, for a busy machine


@pytest.fixture(scope="module")
def box(walled_box: Box) -> Box:
    return walled_box


LIMITS = {
    "a loop without end": ("while True: pass", Limits(time_s=1), "wall time", "for _ in range(1000): pass"),
    "a sleep that ignores SIGTERM": (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(60)",
        Limits(time_s=1),
        "wall time",
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(0.1)",
    ),
    "a process that stops itself": (
        "import os\nos.kill(os.getpid(), 19)",
        Limits(time_s=1),
        "wall time",
        "import os\nos.kill(os.getpid(), 18)",  # SIGCONT
    ),
    "all cores for long": (
        "import numpy as np\na = np.ones((4000, 4000))\nwhile True: a @ a",
        Limits(time_s=SECONDS, cpu_s=2),
        "CPU time",
        "import numpy as np\na = np.ones((400, 400))\na @ a",
    ),
    "a fork bomb": ("import os\nwhile True: os.fork()", Limits(), "number of processes", "import os\nos.fork()"),
    "memory, bit by bit": (
        "import numpy as np\nkept = [np.ones(1 << 24) for _ in range(100)]",
        Limits(memory_bytes=1024 * MIB),
        "memory",
        "import numpy as np\nkept = [np.ones(1 << 24) for _ in range(2)]",
    ),
    "memory of many processes": (
        """
import os, time
import numpy as np
for _ in range(8):
    if os.fork() == 0:
        break
kept = np.ones(1 << 25)
time.sleep(600)
""",
        Limits(time_s=SECONDS, memory_bytes=1536 * MIB),
        "memory",
        "import numpy as np\nkept = np.ones(1 << 25)",
    ),
}


@pytest.mark.parametrize(("hostile", "limits", "told", "honest"), LIMITS.values(), ids=LIMITS.keys())
def test_a_limit_that_is_passed_is_told_as_itself(
    run_script: RunScript, hostile: str, limits: Limits, told: str, honest: str
) -> None:
    result = run_script(hostile, limits)
    assert result.breach
    assert result.breach.limit == told
    assert result.breach.allowed
    assert result.breach.reached
    again = run_script(honest, replace(limits, time_s=SECONDS))
    assert (again.breach, again.exit_code) == (None, 0)


ERRORS = {
    "more memory than there are addresses": (
        "import numpy as np\nnp.ones(1 << 34)",
        "MemoryError",
        "import numpy as np\nnp.ones(1 << 20)",
    ),
    "a tensor that does not fit": (
        "import tensorflow.compat.v1 as tf\nwith tf.Graph().as_default(), tf.Session() as s: s.run(tf.fill([1 << 36], 1.0))",
        "ResourceExhausted",
        "import tensorflow.compat.v1 as tf\nwith tf.Graph().as_default(), tf.Session() as s: s.run(tf.fill([1 << 10], 1.0))",
    ),
    "a file beyond its limit": (
        "with open('big', 'wb') as f:\n    for _ in range(3): f.write(bytes(1 << 20))",
        "File too large",
        "open('small', 'wb').write(bytes(1 << 20))",
    ),
    "a huge sparse file": (
        "open('sparse', 'wb').truncate(1 << 40)",
        "File too large",
        "open('sparse', 'wb').truncate(1 << 20)",
    ),
    "a disk filled by many files": (
        "for i in range(100): open(str(i), 'wb').write(bytes(1 << 20))",
        "No space left on device",
        "for i in range(5): open(str(i), 'wb').write(bytes(1 << 20))",
    ),
    "a disk filled by files without a name": (
        "import os\nkept = []\nfor i in range(100):\n    kept.append(open('x', 'wb'))\n    kept[-1].write(bytes(1 << 20))\n    os.unlink('x')",
        "No space left on device",
        "import os\nopen('x', 'wb').write(bytes(1 << 20))\nos.unlink('x')",
    ),
    "thousands of files": (
        "for i in range(5000): open(str(i), 'wb').close()",
        "No space left on device",
        "for i in range(100): open(str(i), 'wb').close()",
    ),
    "thousands of folders in one another": (
        "import os\nfor i in range(5000):\n    os.mkdir('d'); os.chdir('d')",
        "No space left on device",
        "import os\nfor i in range(20):\n    os.mkdir('e'); os.chdir('e')",
    ),
    "thousands of open files": (
        "import os\nkept = [os.open('/dev/null', 0) for _ in range(5000)]",
        "Too many open files",
        "import os\nkept = [os.open('/dev/null', 0) for _ in range(100)]",
    ),
    "/tmp filled": (
        "for i in range(1000): open(f'/tmp/{i}', 'wb').write(bytes(1 << 20))",
        "No space left on device",
        "open('/tmp/mine', 'wb').write(bytes(1 << 20))",
    ),
}


@pytest.mark.parametrize(("hostile", "error", "honest"), ERRORS.values(), ids=ERRORS.keys())
def test_a_limit_that_is_met_is_an_error_of_the_script(run_script: RunScript, hostile: str, error: str, honest: str) -> None:
    limits = Limits(file_bytes=2 * MIB, written_bytes=20 * MIB, files=1000, open_files=300)
    result = run_script(hostile, limits)
    assert result.exit_code != 0
    assert error in result.stderr.decode()
    assert run_script(honest, limits).exit_code == 0


def test_what_is_written_sparsely_does_not_fill_the_disk_afterwards(run_script: RunScript, job_folder: Path) -> None:
    sparse = "for i in range(20): open(str(i), 'wb').truncate(15 << 20)"
    result = run_script(sparse, Limits(file_bytes=16 * MIB, written_bytes=40 * MIB))
    assert result.exit_code == 0
    assert sum(path.stat().st_size for path in (job_folder / "run").iterdir()) <= 40 * MIB
    assert result.dropped


def test_a_flood_of_output_is_cut_and_counted(run_script: RunScript) -> None:
    result = run_script("import os\nwhile True: os.write(2, b'x' * 65536)", Limits(time_s=1, output_bytes=1000))
    assert len(result.stderr) == 1000
    assert result.stderr_dropped > MIB
    assert result.breach
    assert run_script("print('well')").stdout == b"well\n"
