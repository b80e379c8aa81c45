"""The checker's side of an evaluation: asks a box to read a checkpoint or to run a frozen graph."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.sandbox.box import EVALUATION_LIMITS, BoxError, JobRunner, MachineBusy
from checker.sandbox.evaluate import REFUSED
from checker.sandbox.limits import STARVED, Breach

CHECKPOINT = "checkpoint.ckpt"
LARGEST_ANSWER_BYTES = 512 << 20  # of the tensors of one evaluation; honest ones have a few MiB
BUDGET_S = 90.0  # that all evaluations of a run would need alone; honest files take two or three seconds

Arrays = dict[str, NDArray[Any]]


class EvaluationFailed(ValueError):
    """TensorFlow could not read or run the submission's files; the message is its own."""


class Evaluator:
    """TensorFlow in a box, for the files of one run. After a limit was passed, nothing more is tried."""

    def __init__(self, box: JobRunner) -> None:
        self._box = box
        self._left_s = BUDGET_S
        self._gave_up: EvaluationFailed | MachineBusy | None = None

    def dump(self, prefix: Path) -> tuple[Arrays, dict[str, str]]:
        """Return the numeric tensors of a checkpoint, and the names that cannot be read with the reason of each."""
        with self._box.job_folder() as folder:
            _copy_checkpoint(prefix, folder)
            arrays, extra = self._run("dump", folder, prefix=f"./{CHECKPOINT}")
        return arrays, dict(extra["unreadable"])

    def run(self, graph: bytes, fetches: Sequence[str], runs: Sequence[Mapping[str, NDArray[Any]]]) -> list[Arrays]:
        """Run a serialized, frozen graph once for each set of feeds; return the fetched values of each run by name.

        Raises `EvaluationFailed` with TensorFlow's message, `MachineBusy`, or `BoxError` when the box itself fails.
        """
        with self._box.job_folder() as folder:
            (folder / "graph.pb").write_bytes(graph)
            arrays: Arrays = {}
            keys: list[dict[str, str]] = []
            for feed in runs:
                keys.append({name: f"feed_{len(arrays) + i}" for i, name in enumerate(feed)})
                arrays.update(zip(keys[-1].values(), feed.values()))
            np.savez(folder / "feeds.npz", **arrays)  # type: ignore[arg-type]  # the stubs take the names for options
            found, _ = self._run("evaluate", folder, graph="graph.pb", feeds="feeds.npz", runs=keys, fetches=list(fetches))
        return [{name: found[f"{index} {name}"] for name in fetches} for index in range(len(runs))]

    def _run(self, job: str, folder: Path, **arguments: Any) -> tuple[Arrays, dict[str, Any]]:
        if self._gave_up:
            raise self._gave_up
        out = folder / "out.npz"
        result = self._box.run(job, folder, EVALUATION_LIMITS, {}, out=out.name, **arguments)
        self._left_s -= result.duration_s - result.lost_s
        if self._left_s < 0:
            limit = f"the limit of {BUDGET_S:g} s for everything that is recomputed"
            self._gave_up = EvaluationFailed(f"more wall time than {limit}")
        last_line = (result.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
        if result.breach:
            self._gave_up = _failure_of(result.breach)
            raise self._gave_up
        if result.exit_code == REFUSED:
            raise EvaluationFailed(last_line)
        if result.exit_code < 0:
            raise EvaluationFailed(f"TensorFlow was ended by signal {-result.exit_code} on these files")
        if result.exit_code != 0:
            raise BoxError(f"{job} ended with status {result.exit_code}: {last_line}")
        size = out.stat().st_size
        if size > LARGEST_ANSWER_BYTES:
            raise EvaluationFailed(f"{size >> 20} MiB of tensors, at most {LARGEST_ANSWER_BYTES >> 20} MiB are read")
        extra: dict[str, Any] = json.loads(out.with_suffix(".json").read_bytes())
        with np.load(out, allow_pickle=False) as archive:
            return {name: archive[f"array_{index}"] for index, name in enumerate(extra["names"])}, extra


def _failure_of(breach: Breach) -> EvaluationFailed | MachineBusy:
    """Return what is told of an evaluation that passed a limit: one that was starved says nothing of the files."""
    if breach.limit == STARVED:
        return MachineBusy(breach.reached)
    return EvaluationFailed(f"more {breach.limit} than the limit of {breach.allowed}: {breach.reached}")


def _copy_checkpoint(prefix: Path, folder: Path) -> None:
    """Copy the files of a checkpoint to a folder that the box can see, under a neutral name."""
    for file in prefix.parent.iterdir():
        suffix = file.name[len(prefix.name) :]
        ours = file.name.startswith(prefix.name) and (suffix == ".index" or suffix.startswith(".data-"))
        if ours and file.is_file() and not file.is_symlink():
            shutil.copyfile(file, folder / f"{CHECKPOINT}{suffix}")
