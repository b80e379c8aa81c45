"""Inside a forked child: wraps every way to run a TensorFlow session, so that a `Recorder` sees each call."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from typing import Any

from checker.sandbox import writer_hooks
from checker.sandbox.kept import KEEPS_VARIABLE, Kept
from checker.sandbox.live import LiveNumbers
from checker.sandbox.own_lines import OwnLines
from checker.sandbox.record_file import ProgressFile, write_record
from checker.sandbox.recorder import LONGEST_TEXT, Feeds, Recorder
from checker.sandbox.written import Written

FOLDER_VARIABLE = "SUITE_SESSIONS"


def install(own_folder: str, live: LiveNumbers | None = None) -> None:
    """Record the sessions of this process, and write the record when it ends. Does nothing without SUITE_SESSIONS.

    `own_folder` is the folder of the script: lines in the files below it are the learner's own. `live` tells numbers at
    once.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    recorder = Recorder(OwnLines(own_folder), live)
    written = Written(recorder)
    kept = _wrap_sessions(recorder, ProgressFile(folder, recorder))
    process = os.getpid()

    def write() -> None:
        if os.getpid() == process:  # and not a child that the script forked
            if kept:
                kept.write(folder)
            write_record(folder, recorder, written)

    atexit.register(write)
    writer_hooks.install(written)


def _wrap_sessions(recorder: Recorder, progress: ProgressFile) -> Kept | None:
    """Wrap all ways to run a session. Return what keeps graphs and values, None where these are not asked for."""
    from tensorflow.python.client.session import BaseSession

    kept = Kept(BaseSession.run) if os.environ.get(KEEPS_VARIABLE) else None
    run, make, make_from_options = BaseSession.run, BaseSession.make_callable, BaseSession._make_callable_from_options

    def recorded(session: Any, fetches: list[str], fed: Feeds, function: Callable[[], Any]) -> Any:
        group = recorder.note(session.graph, fetches, fed)
        call = recorder.calls
        progress.note()
        if kept:
            kept.before(session, group)
        result = function()
        recorder.note_result(group, fed, result)
        if kept:
            kept.after(group, result, call)
        return result

    def recorded_run(self: Any, fetches: Any, feed_dict: Any = None, *rest: Any, **options: Any) -> Any:
        feeds = [(_name(key), value) for key, value in feed_dict.items()] if isinstance(feed_dict, dict) else []
        return recorded(self, _names(fetches), feeds, lambda: run(self, fetches, feed_dict, *rest, **options))

    def recorded_make(self: Any, fetches: Any, feed_list: Any = None, *rest: Any, **options: Any) -> Any:
        names, feeds = _names(fetches), [_name(key) for key in feed_list or ()]
        function = make(self, fetches, feed_list, *rest, **options)
        return lambda *values, **kw: recorded(self, names, [*zip(feeds, values)], lambda: function(*values, **kw))

    def recorded_make_from_options(self: Any, options: Any) -> Any:
        fetches, feeds, function = [*options.fetch, *options.target], list(options.feed), make_from_options(self, options)
        return lambda *values, **kw: recorded(self, fetches, [*zip(feeds, values)], lambda: function(*values, **kw))

    BaseSession.run = recorded_run
    BaseSession.make_callable = recorded_make
    BaseSession._make_callable_from_options = recorded_make_from_options  # Keras trains by it
    if kept:
        _wrap_close(BaseSession, kept)
    return kept


def _wrap_close(base: Any, kept: Kept) -> None:
    close = base.close

    def noted_close(self: Any) -> Any:
        kept.closing(self)
        return close(self)

    base.close = noted_close


def _names(fetches: Any) -> list[str]:
    """Return the names of everything in a structure of fetches."""
    if isinstance(fetches, dict):
        return [name for value in fetches.values() for name in _names(value)]
    if isinstance(fetches, (list, tuple)):
        return [name for value in fetches for name in _names(value)]
    return [_name(fetches)]


def _name(key: Any) -> str:
    name = key if isinstance(key, str) else getattr(key, "name", type(key).__name__)
    return str(name)[:LONGEST_TEXT]
