"""Submissions that are alike: near-identical scripts, and checkpoints with the same weights. This finds, and judges nobody.

Scripts are compared by runs of tokens (Schleimer, Wilkerson and Aiken: Winnowing, 2003). Comments, texts and the names of
variables do not count. Neither do runs of our own scripts, nor runs that many learners share, such as a skeleton. MinHash
and its index (datasketch) keep the time linear in the number of learners: each script is compared with few others.
"""

from __future__ import annotations

import importlib.util
import keyword
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from checker.catalog import Catalog
from checker.report.view import Alike
from checker.sandbox.notebook import NotebookError, convert, is_notebook
from checker.session.store import Store

SUBMISSIONS = "submissions/"  # the folder of what was handed in
LARGEST_SCRIPT_BYTES = 256 << 10
RUN = 10  # tokens
FEWEST_RUNS = 60  # of a script: shorter ones leave no choice
NEAR = 0.85  # runs in both scripts, as a share of the runs in either (Jaccard index)
SKELETON_SHARE, SKELETON_LEARNERS = 0.25, 8  # runs of more learners come from a skeleton
PERMUTATIONS = 128
MOST_COMPARED = 16  # groups that one script is compared with

_TOKEN = re.compile(
    r"""
    (?P<nothing>\#[^\n]*|\s+)
    # An open text matches, too, so that no character is looked at twice.
    |(?P<text>[rbuf]{0,2}(?:\"{3}[\s\S]*?(?:\"{3}|\Z)|'{3}[\s\S]*?(?:'{3}|\Z)|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<sign>.)
    """,
    re.VERBOSE | re.IGNORECASE,
)

Runs = NDArray[np.uint32]  # digests of runs of tokens: sorted, each once


class LikenessError(Exception):
    """Nothing can be compared; the message says what is missing."""


@dataclass(frozen=True)
class Submission:
    """One script of one learner, with the digest of its weights."""

    login: str
    folder: str
    runs: Runs | None  # None where it cannot be compared
    weights: str


def require_library() -> None:
    """Raise `LikenessError` where the library is not installed."""
    if importlib.util.find_spec("datasketch") is None:
        raise LikenessError("--likeness needs the library datasketch: pip install datasketch")


def find_alike(store: Store, session: Path, catalog: Catalog) -> list[Alike]:
    """Return the groups of submissions that are alike, in the order of the exercises. Nothing is run."""
    folders = store.folders()
    found: dict[str, list[Submission]] = {exercise: [] for exercise in catalog}
    for login, report in store.reports():
        runs = _read(session, report.script)
        found[report.exercise].append(Submission(login, folders[login], runs, report.weights))
    ours = runs_of_solutions(catalog)
    return [group for exercise, submissions in found.items() for group in _groups(exercise, submissions, ours)]


def _groups(exercise: str, submissions: list[Submission], ours: Runs) -> Iterator[Alike]:
    for members, least in near_identical(submissions, ours):
        yield Alike(exercise, "scripts", [(each.login, each.folder) for each in members], least)
    by_weights: dict[str, list[Submission]] = {}
    for each in submissions:
        if each.weights:
            by_weights.setdefault(each.weights, []).append(each)
    for members in by_weights.values():
        if len(members) > 1:
            yield Alike(exercise, "weights", [(each.login, each.folder) for each in members], 1.0)


def near_identical(submissions: Iterable[Submission], ours: Runs) -> list[tuple[list[Submission], float]]:
    """Return groups of submissions, each with its least share: of runs in common with the first of the group.

    `ours` are the runs of our own scripts, which do not count.
    """
    from datasketch import MinHash, MinHashLSH

    compared = [(each, each.runs) for each in submissions if each.runs is not None]
    given = np.union1d(ours, _shared_by_many([runs for _, runs in compared]))
    index = MinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS)
    groups: list[list[tuple[Submission, float]]] = []
    firsts: list[Runs] = []
    blank = MinHash(num_perm=PERMUTATIONS, hashfunc=int)
    for each, all_runs in compared:
        runs = np.setdiff1d(all_runs, given, assume_unique=True)
        if len(runs) < FEWEST_RUNS:
            continue
        sketch = blank.copy()
        sketch.update_batch(runs.tolist())
        met = {number: _likeness(runs, firsts[number]) for number in sorted(index.query(sketch))[:MOST_COMPARED]}
        nearest = max(met, key=lambda number: met[number], default=-1)
        if nearest >= 0 and met[nearest] >= NEAR:
            groups[nearest].append((each, met[nearest]))
        else:
            index.insert(len(groups), sketch)
            groups.append([(each, 1.0)])
            firsts.append(runs)
    return [([each for each, _ in group], min(share for _, share in group)) for group in groups if len(group) > 1]


def runs_of_solutions(catalog: Catalog) -> Runs:
    """Return the runs of our own scripts: the solutions of the catalog that are there."""
    solutions = [exercise.solution for exercise in catalog.exercises.values() if exercise.solution.is_file()]
    texts = [path.read_text("utf-8", "replace") for path in solutions]
    found: Runs = np.unique(np.concatenate([*map(runs_of, texts), np.empty(0, np.uint32)]))
    return found


def _shared_by_many(scripts: list[Runs]) -> Runs:
    """Return the runs that many scripts have: they come from a skeleton."""
    runs, counts = np.unique(np.concatenate([*scripts, np.empty(0, np.uint32)]), return_counts=True)
    many = max(SKELETON_LEARNERS, SKELETON_SHARE * len(scripts))
    shared: Runs = runs[counts > many]
    return shared


def _likeness(some: Runs, others: Runs) -> float:
    common = len(np.intersect1d(some, others, assume_unique=True))
    return common / (len(some) + len(others) - common)


def _read(session: Path, script: str) -> Runs | None:
    """Return the runs of a script in the session's folder, None when it is missing or too large."""
    text = text_of(session, script)
    return None if text is None else runs_of(text)


def text_of(session: Path, script: str) -> str | None:
    """Return the text of a script in the session's folder, None when it is missing or too large."""
    path = session / script
    try:
        if not script.startswith(SUBMISSIONS) or path.is_symlink():
            return None
        if is_notebook(path.name):
            return convert(path)
        if path.stat().st_size > LARGEST_SCRIPT_BYTES:
            return None
        return path.read_text("utf-8", "replace")
    except (OSError, NotebookError):
        return None


def runs_of(text: str) -> Runs:
    """Return the digests of all runs of tokens in a script."""
    tokens = list(tokens_of(text))
    joined = (" ".join(tokens[start : start + RUN]) for start in range(len(tokens) - RUN + 1))
    return np.unique(np.fromiter((zlib.crc32(run.encode("utf-8", "replace")) for run in joined), np.uint32))


def tokens_of(text: str) -> Iterator[str]:
    """Yield the tokens of a script. A text is ``s``; a name is ``n``, unless it is a keyword or an attribute."""
    before = ""
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind != "nothing":
            if kind == "text":
                token = "s"
            elif kind == "name" and before != "." and not keyword.iskeyword(token):
                token = "n"
            yield token
            before = token
