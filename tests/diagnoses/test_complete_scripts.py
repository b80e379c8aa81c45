"""`examine` finds nothing to say of the suite's own complete scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.catalog import built_in
from checker.diagnoses.examine import examine_script, findings_of
from checker.engine.workshop import Options, Workshop
from tests.support.examined import told

SCRIPTS = [exercise.solution for exercise in built_in().exercises.values()]


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with Workshop() as opened:
        yield opened


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_complete_script_is_accused_of_nothing(script: Path, workshop: Workshop) -> None:
    report = examine_script(script, workshop, Options(timeout_s=300))
    assert findings_of(report) == [], told(report)
