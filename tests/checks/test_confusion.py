"""What the labels of the axes say of the rows of a confusion matrix, and which way round it is."""

from __future__ import annotations

import numpy as np
import pytest

from checker.checks.confusion import PREDICTED, TRUE, DrawnMatrix, drawn_matrices
from checker.evidence.figures import Axes, Figure

COUNTS = np.diag(np.full(10, 80)) + np.triu(np.full((10, 10), 4), 1)


@pytest.mark.parametrize(
    ("across", "down", "rows"),
    [
        ("predicted", "true", TRUE),
        ("Predicted label", "True label", TRUE),
        ("prédiction", "classe réelle", TRUE),
        ("", "actual class", TRUE),
        ("truth", "answer of the network", PREDICTED),
        ("classe", "classe prédite", PREDICTED),
        ("", "", ""),
        ("classes", "classes", ""),
        ("true", "true", ""),
        ("true against predicted", "", ""),
    ],
)
def test_labels_name_the_rows(across: str, down: str, rows: str) -> None:
    axes = Axes("", (across, down), (), (), (COUNTS.astype(float),), ())
    (matrix,) = drawn_matrices([Figure("figure-0001", (axes,))], None)
    assert matrix.labelled == rows


def test_a_matrix_is_known_either_way_round() -> None:
    assert DrawnMatrix(COUNTS.astype(float)).rows(COUNTS) == TRUE
    assert DrawnMatrix(COUNTS.T / 100).rows(COUNTS) == PREDICTED
    assert not DrawnMatrix(np.ones((10, 10))).rows(COUNTS)
