"""The labels of word vectors: that they are there, one for each row, and words of the text."""

from __future__ import annotations

import os

from checker.engine.script_run import ScriptRun
from checker.evidence.labels import Labels
from checker.evidence.projector import CONFIG
from checker.expect import expect, fail, listed
from reference import words
from reference.datasets import fables

LEAST_COVERED = 0.5  # of the training text: the words that come three times or more cover more than that
FEWEST_WORDS = 100


def expect_labels(found: list[Labels], finished: ScriptRun) -> tuple[Labels, tuple[str, ...]]:
    """Return the labels that are words of the text, and these words by row. Raises `Mismatch` where there are none."""
    logdir, hint = finished.exercise.logdir, "tensorboard.plugins.projector.visualize_embeddings writes it, with a writer"
    named = [labels for labels in found if labels.metadata]
    if not named:
        actual = f"{CONFIG} without a metadata_path" if found else f"no {CONFIG}"
        fail(logdir, f"a {CONFIG} that names a tensor and the file of its labels", actual, hint, "no-labels")
    there = [labels for labels in named if labels.columns]
    if not there:
        first = named[0]
        folder = finished.shown(first.config.parent)
        fail(
            finished.shown(first.config),
            "a metadata_path that leads to a file with one label per line",
            f'"{first.metadata}": there is no such file in {folder}',
            "TensorBoard looks for it from the folder of the configuration on, not from where the script runs",
            "labels-not-there",
        )
    text = fables()[0]
    columns = [(labels, column) for labels in there for column in labels.columns]
    labels, column = max(columns, key=lambda each: _covered(each[1], text))
    share = _covered(column, text)
    where = finished.shown(labels.config.parent / os.path.basename(labels.metadata))
    distinct = len({word.lower() for word in column})
    expect(
        share >= LEAST_COVERED and distinct >= FEWEST_WORDS,
        where,
        f"words of the fables, in small letters, at least {LEAST_COVERED:.0%} of the running text",
        f"{len(column):,} labels, such as {listed(column[:4])}: {share:.0%} of the text",
        'one word per line, in the order of the rows; open(…, encoding="utf-8") keeps its accents',
        "other-labels",
    )
    return labels, column


def _covered(column: tuple[str, ...], text: str) -> float:
    return words.best_cut([word.lower() for word in column], text)[1]
