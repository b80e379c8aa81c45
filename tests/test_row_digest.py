"""The digests of many rows are those of each row."""

from __future__ import annotations

import numpy as np

from checker.row_digest import row_digest, row_digests


def test_many_rows_have_the_digests_of_each() -> None:
    rows = np.random.RandomState(0).randint(0, 256, (1_200, 28, 28)).astype(np.uint8)
    rows[7] = 9
    rows[8] = rows[9] // 3
    found = row_digests(rows)
    assert found.tolist() == [row_digest(row) for row in rows]
    assert found[7] == 0


def test_no_rows_have_no_digests() -> None:
    assert row_digests(np.zeros((0, 28, 28), np.uint8)).tolist() == []
