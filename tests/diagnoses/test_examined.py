"""`examine` names the cause and the line in each faulty script, and accuses no right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.diagnoses.examine import examine_script, findings_of
from checker.engine.workshop import Options, Workshop
from checker.outcome import Status
from tests.support.examined import ExaminedCase, cause_is_named, line_is_named, read_examined, told

CASES = read_examined()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_found_in_a_script(case: ExaminedCase, workshop: Workshop, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(case.source, "utf-8")
    report = examine_script(script, workshop, Options(timeout_s=300))
    assert not report.count(Status.ERROR), told(report)
    if case.finds:
        assert cause_is_named(case, report), told(report)
        assert line_is_named(case, report), told(report)
    else:
        assert findings_of(report) == [], told(report)
