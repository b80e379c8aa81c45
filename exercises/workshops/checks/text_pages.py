"""What a script shows on the TEXT page of TensorBoard."""

from __future__ import annotations

from checker.engine.script_run import ScriptRun
from checker.evidence.events import EventLog
from checker.expect import expect
from checker.subjects import WriterOf, about


def expect_text_page(events: EventLog, finished: ScriptRun) -> None:
    """Fail unless some run has a summary of text."""
    logdir = finished.exercise.logdir
    pages = [tag for run in events.runs.values() for tag in run.others.get("text", {})]
    hint = "tf.summary.text of a string tensor: run it, and give what it returns to add_summary"
    expect(bool(pages), about(logdir, WriterOf(logdir)), "a page of TEXT", "none", hint)
