"""CRCs that are computed side by side are those that are computed one by one."""

from __future__ import annotations

import numpy as np
import pytest

from checker.evidence.checksums import masked_crc, masked_crcs


@pytest.mark.parametrize("length", [0, 1, 4, 31, 256])
@pytest.mark.parametrize("rows", [0, 1, 2, 300])
@pytest.mark.parametrize("constant", ["no column", "every second column", "all columns"])
def test_rows_have_the_crc_that_they_have_alone(length: int, rows: int, constant: str) -> None:
    random = np.random.RandomState(length + rows)
    matrix = random.randint(0, 256, (rows, length), np.uint8)
    alike = {"no column": slice(0, 0), "every second column": slice(0, None, 2), "all columns": slice(None)}[constant]
    matrix[:, alike] = matrix[:1, alike]
    assert masked_crcs(matrix).tolist() == [masked_crc(row.tobytes()) for row in matrix]


def test_rows_that_are_a_view_of_a_file_have_their_crc() -> None:
    content = np.random.RandomState(0).randint(0, 256, 4_600, np.uint8)
    matrix = content.reshape(100, 46)[:, 12:42]
    assert masked_crcs(matrix).tolist() == [masked_crc(row.tobytes()) for row in matrix]
