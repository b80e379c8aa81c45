"""A run whose files are too much to read gets a verdict with the reason, and nothing else suffers."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from checker.engine.bounds import Bounds
from checker.engine.workshop import Workshop
from checker.outcome import Status
from checker.units import MIB
from tests.support import hostile_files
from tests.support.checking import check_ex01
from tests.support.script_text import RIGHT

LARGE_CHECKPOINT = RIGHT.replace("saver = ", "large = tf.Variable(tf.zeros([75_000_000]))\nsaver = ", 1)


def test_a_run_that_takes_too_much_memory_to_read_fails_alone(tmp_path: Path) -> None:
    with Workshop(bounds=Bounds(memory_bytes=200 * MIB)) as workshop:
        assert check_ex01(workshop, tmp_path, RIGHT).status is Status.PASS
        before = psutil.Process().memory_info().rss
        report = check_ex01(workshop, tmp_path, LARGE_CHECKPOINT)
        assert psutil.Process().memory_info().rss - before < 20 * MIB
        assert [(check.id, check.status) for check in report.checks] == [("evidence", Status.FAIL)]
        assert "200 MiB of memory" in report.checks[0].expected
        assert report.cause == "evidence"
        assert report.duration_s > 0
        assert check_ex01(workshop, tmp_path, RIGHT).status is Status.PASS


EVENTS = "logdir/ex01/events.out.tfevents.9.x"
HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {  # a file, what is in it, and what the verdict says
    "6 million empty values": (EVENTS, lambda: hostile_files.empty_values(60, 100_000), "2,000,000 summary values"),
    "one record of 9 MiB": (EVENTS, lambda: hostile_files.empty_values(1, 4_700_000), "2,000,000 parts of records"),
    "100,000 tags": (EVENTS, lambda: hostile_files.many_tags(100_000), "20,000 tags"),
    "a graph of 1.5 million nodes": ("logdir/ex01/model.meta", lambda: hostile_files.many_nodes(1_500_000), "500,000 nodes"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_small_files_that_unfold_get_a_verdict_and_take_little_memory(workshop: Workshop, tmp_path: Path, case: str) -> None:
    name, content, said = HOSTILE[case]
    write = f"open({name!r}, 'wb').write(zlib.decompress(base64.b64decode({packed(content())!r})))"
    script = f"{RIGHT}\nimport base64, zlib\n{write}\n"
    before = psutil.Process().memory_info().rss
    report = check_ex01(workshop, tmp_path, script)
    assert psutil.Process().memory_info().rss - before < 20 * MIB
    assert workshop._evidence.peak_memory_bytes < 300 * MIB
    told = report.first_failure
    assert told is not None
    assert said in told.expected
    assert told.where
    assert told.hint
    assert report.count(Status.ERROR) == 0


def packed(content: bytes) -> str:
    """Return bytes as a short text: a script is no larger than 2 MiB."""
    return base64.b64encode(zlib.compress(content, 9)).decode()


def test_a_process_that_was_killed_is_replaced_for_the_next_script(tmp_path: Path) -> None:
    with Workshop() as workshop:
        assert check_ex01(workshop, tmp_path, RIGHT).status is Status.PASS
        process = psutil.Process(workshop._evidence.pid)
        process.kill()
        process.wait()
        assert check_ex01(workshop, tmp_path, RIGHT).status is Status.PASS
