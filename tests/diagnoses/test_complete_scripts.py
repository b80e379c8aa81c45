"""`examine` finds nothing to say of the suite's own complete scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.catalog import built_in
from checker.diagnoses.examine import examine_script, findings_of
from checker.engine.workshop import Options, Workshop
from tests.support.examined import told

SCRIPTS = [exercise.solution for exercise in built_in().exercises.values()]

# The workshop trains until it overfits, and says so.
MEANT = {"images": ["check_does_not_overfit"]}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_complete_script_is_accused_of_nothing(script: Path, workshop: Workshop) -> None:
    report = examine_script(script, workshop, Options(timeout_s=300))
    assert [finding.id for finding in findings_of(report)] == MEANT.get(script.stem, []), told(report)
