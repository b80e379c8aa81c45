"""Whether a script restored the checkpoint of which it says so.

No subject asks a script for it: a learner may restore the checkpoint in a script of its own, or by hand. So this is advice.
"""

from __future__ import annotations

import re

from checker.engine.fixtures import Advise
from checker.engine.script_run import ScriptRun

LONGEST_QUOTE = 60  # characters
_SAID = re.compile(r"\b(?:restor|restaur)\w*.*", re.IGNORECASE)  # English and French
_RESTORING = re.compile(r"(?:.{0,400}/)?restore_all(?:_\d{1,4})?")  # the operation that Saver.restore runs
# What reads a checkpoint and runs no Saver, or runs in another process.
_OTHER_READERS = re.compile(
    r"\b(?:load_(?:weights|model|checkpoint|variable)|NewCheckpointReader|saved_model|restore_v2|subprocess|os\.system|Popen)\b"
)


def advise_where_nothing_was_restored(finished: ScriptRun, advise: Advise) -> None:
    """Advise when a script prints that it restored something, and surely no session restored a checkpoint."""
    quoted = said_without_restoring(finished)
    if quoted:
        advise(
            f'It prints "{quoted}", but no session restored a checkpoint. '
            "tf.train.Saver.restore, in a new session, shows whether the checkpoint works."
        )


def said_without_restoring(finished: ScriptRun) -> str:
    """Return words of the output that speak of a restored checkpoint, where surely no session restored one; else ""."""
    said, log = _SAID.search(finished.stdout), finished.session_log
    if said is None or finished.line_with(_OTHER_READERS):
        return ""
    is_unknown = log.calls > sum(calls.count for calls in log.kinds)
    gave_back = any(calls.feeds_back and calls.rows for calls in log.kinds)  # weights, as early stopping restores them
    restored = any(_RESTORING.fullmatch(name) for calls in log.kinds for name in calls.fetches)
    if is_unknown or gave_back or restored or not log.kinds:
        return ""
    return said[0] if len(said[0]) <= LONGEST_QUOTE else f"{said[0][:LONGEST_QUOTE]}…"
