"""Inside a forked child: writes what was recorded of a script, as JSON with the bytes of all samples in one file."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import numpy as np

from checker.sandbox.recorder import Group, Recorder
from checker.sandbox.samples import ArraysFile
from checker.sandbox.written import Written

INDEX_FILE, ARRAYS_FILE = "sessions.json", "arrays.bin"
LINES_FILE, WRITTEN_FILE, PROGRESS_FILE = "lines.json", "written.json", "progress.json"
PROGRESS_EVERY_S = 0.5
DIGEST = "<u4"


class ProgressFile:
    """Writes now and then how far a script is: a script that is ended at its time limit writes no record."""

    def __init__(self, folder: str, recorder: Recorder) -> None:
        self._folder = folder
        self._recorder = recorder
        self._next = 0.0

    def note(self) -> None:
        """Write the numbers of calls and the sizes of the graphs, unless that was done a moment ago."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + PROGRESS_EVERY_S
            path = os.path.join(self._folder, PROGRESS_FILE)
            with open(path + "~", "w") as file:
                recorder = self._recorder
                repeated = max((group.count for group in recorder.groups), default=0)
                json.dump({"calls": recorder.calls, "graphs": recorder.sizes, "repeated": repeated}, file)
            os.replace(path + "~", path)


def write_record(folder: str, recorder: Recorder, written: Written) -> None:
    """Write everything that was recorded."""
    with open(os.path.join(folder, ARRAYS_FILE), "wb") as file:
        arrays = ArraysFile(file)
        groups = [_group(recorder, group, arrays) for group in recorder.groups]
        series = [
            {**vars(series), "samples": [arrays.add(sample) for sample in series.samples]}
            for series in written.series.values()
        ]
    paths = list(recorder.paths.values())
    files = recorder.lines.files
    sizes = recorder.sizes
    _write(folder, INDEX_FILE, files=files, calls=recorder.calls, graphs=sizes, groups=groups, paths=paths)
    writers = [vars(writer) for writer in written.writers]
    _write(folder, WRITTEN_FILE, files=files, writers=writers, savers=written.savers, series=series)
    graphs = recorder.lines.of_graphs(recorder.graphs)  # may take longest, and so comes last
    _write(folder, LINES_FILE, files=files, graphs=graphs)


def _group(recorder: Recorder, group: Group, arrays: ArraysFile) -> dict[str, Any]:
    kept = {key: value for key, value in vars(group).items() if key not in ("samples", "digests", "number")}
    streams = {
        position: vars(stream) for (number, position), stream in recorder.results.streams.items() if number == group.number
    }
    digests = {name: arrays.append(np.asarray(values, DIGEST)) for name, values in group.digests.items()}
    samples = [arrays.add(sample) for sample in group.samples]
    return {**kept, "samples": samples, "digests": digests, "results": list(streams.values())}


def _write(folder: str, name: str, **content: object) -> None:
    with open(os.path.join(folder, name), "w") as file:
        file.write(json.dumps(content))  # json.dump does not use the fast encoder
