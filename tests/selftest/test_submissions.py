"""The built-in exercises lack nothing; `python -m checker.selftest` runs their corpus."""

from __future__ import annotations

import pytest

from checker.catalog import built_in
from checker.selftest.corpus import read_corpus
from checker.selftest.exercise_parts import Parts
from tests.support.paths import TESTS

READ = [read_corpus(TESTS / folder) for folder in ("submissions", "workshops")]
CASES = [case for cases, _ in READ for case in cases]
FAULTS = [fault for _, faults in READ for fault in faults]


def test_every_folder_is_a_case() -> None:
    assert FAULTS == []


@pytest.mark.parametrize("exercise", built_in())
def test_an_exercise_lacks_nothing(exercise: str) -> None:
    found = built_in()[exercise]
    parts = Parts(found, [case for case in CASES if case.exercise == found])
    assert [part.name for part in parts.on_disk() if part.is_lacking] == []
