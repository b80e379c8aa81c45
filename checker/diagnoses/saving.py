"""Diagnoses of what a training saves."""

from __future__ import annotations

import os

from checker.checks.restored import said_without_restoring
from checker.checks.saved_early import expect_end_or_best_state
from checker.engine.fixtures import Advise
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import nameless_checkpoint, newest_prefixes
from checker.evidence.curves import all_curves
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.resets import Resets
from checker.evidence.training import Training
from checker.evidence.written_record import WrittenLog
from checker.expect import expect, fail
from checker.recompute.saved import read_saved
from checker.sandbox.evaluator import Evaluator
from checker.subjects import Recorded, SaveOf, about


def check_saves_after_training(training: Training, recorded_events: EventLog, finished: ScriptRun, advise: Advise) -> None:
    """saves what it has trained"""
    saves = training.saves
    if not saves or not training.count:
        return
    last = saves[-1]
    where = about(f"the checkpoint {last.path}", Recorded(last.calls.lines))
    if training.count_before(last) == 0:
        hint = "call saver.save after the training: until then, the variables hold their initial values"
        fail(where, "a save after the training", f"saved after 0 of {training.count:,} training calls", hint)
    reset = Resets(training).after_training(last)
    if reset is not None and reset.is_initialiser:
        where = about(f"the initialiser {reset.names}", Recorded(reset.calls.lines))
        hint = "it puts the initial values back: run it once, before the training"
        fail(where, "no initialiser between the training and the save", "it ran after the last step", hint)
    curves = all_curves(recorded_events, training.graph, finished.exercise.logdir)
    expect_end_or_best_state(training, os.path.basename(last.path), where, curves, advise)


def check_saves_all_variables(
    graph: Graph, finished: ScriptRun, written: WrittenLog, evaluator: Evaluator, training: Training
) -> None:
    """makes its Saver after its variables"""
    prefixes = newest_prefixes(finished.logdir)
    if not prefixes or not training.saves or not written.savers:
        return
    saved = read_saved(prefixes, finished.shown, [], evaluator)
    # A Saver that is given some variables on purpose leaves others out: only those made after it are told.
    known = [*graph.nodes][: min(saver.nodes for saver in written.savers)]
    late = [variable for variable in graph.trainable if variable.name not in set(known)]
    saved.checkpoint.require_values_of(late)


def check_saves_under_a_name(finished: ScriptRun) -> None:
    """gives its checkpoint a name"""
    folder = nameless_checkpoint(finished.logdir)
    where = about(f"{finished.shown(folder)}/" if folder else "", SaveOf(""))
    hint = 'the path given to save ends with a folder: add a file name, "model.ckpt"'
    expect(folder is None, where, "a checkpoint with a name", "hidden files: .index, .meta, .data-…", hint)


def check_uses_its_saver(training: Training, written: WrittenLog) -> None:
    """saves with the Saver that it makes"""
    if not training.count or training.uncounted or not written.savers:
        return
    saver = written.savers[0]
    is_used = bool(training.log.paths)  # by a save or a restore: both feed a path
    where = about("the Saver", Recorded(saver.lines))
    hint = "saver.save(sess, path) after the training writes the variables; a Saver alone writes nothing"
    expect(is_used or not saver.lines, where, "a Saver that saves or restores", "no call of a session uses it", hint)


def check_restores_what_it_says(finished: ScriptRun) -> None:
    """restores a checkpoint where it says so"""
    quoted = said_without_restoring(finished)
    hint = "tf.train.Saver.restore, in a new session, shows whether the checkpoint works"
    expect(not quoted, "the output", "a session that restores a checkpoint", f'"{quoted}", and no session did', hint)
