"""Diagnoses of what a training saves and logs."""

from __future__ import annotations

from checker.engine.script_run import ScriptRun
from checker.evidence.curves import all_curves
from checker.evidence.events import EventLog
from checker.evidence.resets import Resets
from checker.evidence.training import Training
from checker.expect import fail
from checker.subjects import Recorded, about


def check_saves_after_training(training: Training) -> None:
    """saves what it has trained"""
    saves = training.saves
    if not saves or not training.count:
        return
    last = saves[-1]
    if training.count_before(last) == 0:
        where = about(f"the checkpoint {last.path}", Recorded(last.calls.lines))
        hint = "call saver.save after the training: until then, the variables hold their initial values"
        fail(where, "a save after the training", f"saved after 0 of {training.count:,} training calls", hint)
    reset = Resets(training).after_training(last)
    if reset is not None and reset.is_initialiser:
        where = about(f"the initialiser {reset.names}", Recorded(reset.calls.lines))
        hint = "it puts the initial values back: run it once, before the training"
        fail(where, "no initialiser between the training and the save", "it ran after the last step", hint)


def check_steps_grow(recorded_events: EventLog, training: Training, finished: ScriptRun) -> None:
    """logs its points at steps that grow"""
    for curve in all_curves(recorded_events, training.graph, finished.exercise.logdir):
        if len(curve.points) > 2 and len(set(curve.steps)) < len(curve.steps):
            curve.require_growing_steps()


def check_logs_in_whole(recorded_events: EventLog, finished: ScriptRun) -> None:
    """closes its event files"""
    recorded_events.require_whole(finished.exercise.logdir)
