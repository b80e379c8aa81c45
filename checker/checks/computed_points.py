"""Logged curves that no session computed: more points than its calls gave numbers."""

from __future__ import annotations

from checker.evidence.curves import Curve, run_folder
from checker.evidence.session_record import Calls
from checker.evidence.training import Training
from checker.evidence.written_record import WrittenLog
from checker.expect import expect

# Operations that give no number: steps of an optimiser, initialisers, and pictures. A summary of scalars may be parsed.
GIVE_NOTHING = {"NoOp", "AssignAdd", "AssignAddVariableOp", "ImageSummary", "HistogramSummary"}
UNKNOWN = "unknown"
SMALL_ARRAY = 9  # numbers


def expect_computed(curve: Curve, written: WrittenLog, training: Training) -> None:
    """Raise `Mismatch` when a script wrote more points than its sessions gave numbers, none of them near a given one."""
    series = written.of(run_folder(curve.logdir, curve.run), curve.tag)
    count = sum(part.count for part in series)
    from_unknown = sum(part.sources.get(UNKNOWN, 0) for part in series)
    if not count or from_unknown < count or training.uncounted:
        return
    given = sum(_numbers(calls, training) for calls in training.log.kinds)
    expect(
        given >= count,
        curve.where,
        "points that a session computed",
        f"{count:,} points; its sessions gave {given:,} numbers at most, none of them like these",
        "fetch the tensor that is to be drawn with Session.run, and log what it gave",
    )


def _numbers(calls: Calls, training: Training) -> int:
    """Return how many numbers calls gave: those on record, and for other fetches as many as a small array may hold.

    A larger array would be on record as a source.
    """
    if any(fed.calls is calls for fed in training.saves):
        return 0
    given, graph = {result.fetch for result in calls.given}, training.graph
    others = [n for n in calls.fetches if n not in given and not (n in graph.nodes and graph.op(n) in GIVE_NOTHING)]
    return sum(result.count for result in calls.given) + SMALL_ARRAY * len(others) * calls.count
