"""Inside a forked child: wraps every way to run a TensorFlow session, so that a `Recorder` sees each call."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from checker.sandbox import writer_hooks
from checker.sandbox.kept import KEEPS_VARIABLE, Kept
from checker.sandbox.live import LiveNumbers
from checker.sandbox.own_lines import OwnLines
from checker.sandbox.record_file import ProgressFile, write_record
from checker.sandbox.recorder import LONGEST_TEXT, Recorder
from checker.sandbox.written import Written

if TYPE_CHECKING:
    from checker.sandbox.recorder import Feeds

    # It gets the names of tensors to be fetched as well; with some, it returns the result and their values.
    Function = Callable[[list[str]], Any]
    Joined = Sequence[tuple[str, str]]
    Made = list[tuple[list[str], Any]]  # by the names of the tensors that it fetches as well

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
    recording = _Recording(recorder, progress, kept)
    _wrap_run(BaseSession, recording)
    _wrap_make(BaseSession, recording)
    _wrap_make_from_options(BaseSession, recording)
    if kept:
        _wrap_close(BaseSession, kept)
    return kept


class _Recording:
    """Notes what happens around each call of a session."""

    def __init__(self, recorder: Recorder, progress: ProgressFile, kept: Kept | None) -> None:
        self._recorder = recorder
        self._progress = progress
        self._kept = kept

    def call(self, session: Any, fetches: list[str], fed: Feeds, function: Function, joined: Joined = ()) -> Any:
        """Run one call, and note it. `joined` are tensors that take the place of others, as if those were fed."""
        recorder, kept = self._recorder, self._kept
        read, names = [source for source, _ in joined] if kept else [], [target for _, target in joined]
        if kept and not read:
            read = names = kept.yielded.behind(session.graph, fetches)
        group = recorder.note(session.graph, fetches, fed, is_sampled=not read)
        call = recorder.calls
        self._progress.note()
        if kept:
            kept.before(session, group)
        slot = recorder.slot_of(group) if read and group else None
        if group is None or slot is None:
            result = function([])
        else:
            result, batch = function(read)
            recorder.keep(group, slot, [*fed, *zip(names, batch)], call)
        recorder.note_result(group, fed, result)
        if kept:
            kept.after(group, result, call)
        return result


def _wrap_run(base: Any, recording: _Recording) -> None:
    run = base.run

    def recorded_run(self: Any, fetches: Any, feed_dict: Any = None, *rest: Any, **options: Any) -> Any:
        feeds = [(_name(key), value) for key, value in feed_dict.items()] if isinstance(feed_dict, dict) else []

        def function(read: list[str]) -> Any:
            return run(self, [fetches, read] if read else fetches, feed_dict, *rest, **options)

        return recording.call(self, _names(fetches), feeds, function)

    base.run = recorded_run


def _wrap_make(base: Any, recording: _Recording) -> None:
    make = base.make_callable

    def recorded_make(self: Any, fetches: Any, feed_list: Any = None, *rest: Any, **options: Any) -> Any:
        names, feeds = _names(fetches), [_name(key) for key in feed_list or ()]
        made: Made = [([], make(self, fetches, feed_list, *rest, **options))]

        def function(read: list[str], *values: Any, **kw: Any) -> Any:
            return _made(made, read, lambda: make(self, [fetches, read], feed_list, *rest, **options))(*values, **kw)

        return lambda *values, **kw: recording.call(
            self, names, [*zip(feeds, values)], lambda read: function(read, *values, **kw)
        )

    base.make_callable = recorded_make


def _wrap_make_from_options(base: Any, recording: _Recording) -> None:
    """Wrap what Keras trains by."""
    make = base._make_callable_from_options

    def recorded_make(self: Any, options: Any) -> Any:
        fetches, feeds = [*options.fetch, *options.target], list(options.feed)
        joined = [(each.from_tensor, each.to_tensor) for each in options.tensor_connection]  # a pipeline that fit is given
        made: Made = [([], make(self, options))]

        def function(read: list[str], *values: Any, **kw: Any) -> Any:
            given = _made(made, read, lambda: make(self, _with_fetches(options, read)))(*values, **kw)
            return (given[: -len(read)], given[-len(read) :]) if read else given

        return lambda *values, **kw: recording.call(
            self, fetches, [*zip(feeds, values)], lambda read: function(read, *values, **kw), joined
        )

    base._make_callable_from_options = recorded_make


def _made(known: Made, read: list[str], make: Callable[[], Any]) -> Any:
    """Return the function that also fetches some tensors; it is made when it is first asked for."""
    for names, function in known:
        if names == read:
            return function
    known.append((read, make()))
    return known[-1][1]


def _with_fetches(options: Any, names: list[str]) -> Any:
    """Return the options of a callable that fetches some tensors more."""
    more = type(options)()
    more.CopyFrom(options)
    more.fetch.extend(names)
    return more


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
