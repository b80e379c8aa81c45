"""The checker's side of evaluation: asks a box to read a checkpoint or to run a frozen graph."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.sandbox.box import EVALUATION_LIMITS, Box, BoxError
from checker.sandbox.evaluate import REFUSED

Arrays = dict[str, NDArray[Any]]


class EvaluationFailed(ValueError):
    """TensorFlow could not make sense of the submission's files; the message is its own."""


class Evaluator:
    """TensorFlow at arm's length."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def dump(self, prefix: Path) -> tuple[Arrays, dict[str, str]]:
        """Return the numeric tensors of a checkpoint, and the names that cannot be read with the reason of each."""
        arrays, extra = self._run("dump", prefix=str(prefix))
        return arrays, dict(extra["unreadable"])

    def run(self, graph: bytes, fetches: Sequence[str], runs: Sequence[Mapping[str, NDArray[Any]]]) -> list[Arrays]:
        """Run a serialized, frozen graph once for each set of feeds; return the fetched values of each run by name.

        Raises `EvaluationFailed` with TensorFlow's message, or `BoxError` when the box itself fails.
        """
        with tempfile.TemporaryDirectory(prefix="suite-evaluation-") as folder:
            definition, feeds = Path(folder, "graph.pb"), Path(folder, "feeds.npz")
            definition.write_bytes(graph)
            arrays: Arrays = {}
            keys: list[dict[str, str]] = []
            for feed in runs:
                keys.append({name: f"feed_{len(arrays) + i}" for i, name in enumerate(feed)})
                arrays.update(zip(keys[-1].values(), feed.values()))
            np.savez(feeds, **arrays)  # type: ignore[arg-type]  # the stubs take the names for options
            found, _ = self._run("evaluate", graph=str(definition), feeds=str(feeds), runs=keys, fetches=list(fetches))
        return [{name: found[f"{index} {name}"] for name in fetches} for index in range(len(runs))]

    def _run(self, job: str, **arguments: Any) -> tuple[Arrays, dict[str, Any]]:
        with tempfile.TemporaryDirectory(prefix="suite-evaluation-") as folder:
            out = Path(folder, "out.npz")
            result = self._box.run(job, Path(folder), EVALUATION_LIMITS, {}, out=str(out), **arguments)
            last_line = (result.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
            if result.timed_out:
                raise EvaluationFailed(f"still running after {EVALUATION_LIMITS.time_s:.0f} s")
            if result.exit_code == REFUSED:
                raise EvaluationFailed(last_line)
            if result.exit_code < 0:
                raise EvaluationFailed(f"TensorFlow was ended by signal {-result.exit_code} on these files")
            if result.exit_code != 0:
                raise BoxError(f"{job} ended with status {result.exit_code}: {last_line}")
            extra: dict[str, Any] = json.loads(out.with_suffix(".json").read_bytes())
            with np.load(out, allow_pickle=False) as archive:
                return {name: archive[f"array_{index}"] for index, name in enumerate(extra["names"])}, extra
