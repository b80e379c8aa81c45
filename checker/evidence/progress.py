"""How far a script came that was ended at a limit: the recorder of the sandbox writes that now and then, as a claim."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checker.evidence.record_json import MALFORMED, read_json
from checker.evidence.session_record import GraphSize, read_size
from checker.evidence.training import growing

PROGRESS_FILE = "progress.json"
MOST_GRAPHS = 1_000


@dataclass(frozen=True)
class ScriptProgress:
    """The number of calls of sessions, the sizes of their graphs, and how often the most repeated call was made."""

    calls: int = 0
    graphs: tuple[GraphSize, ...] = ()
    repeated: int = 0

    @property
    def growing(self) -> GraphSize | None:
        """A graph that grew with every call; None where none did."""
        return growing(self.graphs)


def read_progress(folder: Path) -> ScriptProgress:
    """Return how far a script came; no calls when there is no record, or it is not the recorder's."""
    content = read_json(folder / PROGRESS_FILE)
    try:
        if content is None or len(content["graphs"]) > MOST_GRAPHS:
            return ScriptProgress()
        graphs = tuple(read_size(item) for item in content["graphs"])
        calls = min(int(content["calls"]), sum(size.calls for size in graphs))
        return ScriptProgress(calls, graphs, min(int(content["repeated"]), calls))
    except MALFORMED:
        return ScriptProgress()
