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


def expect_computed(curve: Curve, written: WrittenLog, training: Training) -> None:
    """Raise `Mismatch` when a script wrote more points than its sessions gave numbers, none of them near a given one."""
    series = written.of(run_folder(curve.logdir, curve.run), curve.tag)
    count = sum(part.count for part in series)
    from_unknown = sum(part.sources.get(UNKNOWN, 0) for part in series)
    if not count or from_unknown < count or training.uncounted:
        return
    if not all(_is_known(calls, training) for calls in training.log.kinds):
        return
    given = sum(result.count for calls in training.log.kinds for result in calls.given)
    expect(
        given >= count,
        curve.where,
        "points that a session computed",
        f"{count:,} points; {training.log.calls:,} calls of sessions gave {given:,} numbers, none of them like these",
        "fetch the tensor that is to be drawn with Session.run, and log what it gave",
    )


def _is_known(calls: Calls, training: Training) -> bool:
    """Whether everything that these calls gave is on record as a number, or was nothing."""
    if any(fed.calls is calls for fed in training.saves):
        return True
    given = {result.fetch for result in calls.given}
    graph = training.graph
    return all(name in given or (name in graph.nodes and graph.op(name) in GIVE_NOTHING) for name in calls.fetches)
