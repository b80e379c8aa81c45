"""Inside a forked child: wraps the writers of summaries and the Savers, so that `Written` sees what goes to them."""

from __future__ import annotations

from typing import Any

from checker.sandbox.written import Written


def install(written: Written) -> None:
    """Record the FileWriters and Savers of this process."""
    _wrap_writers(written)
    _wrap_what_is_written(written)
    _wrap_savers(written)


def _wrap_writers(written: Written) -> None:
    from tensorflow.python.summary.writer.writer import FileWriter
    from tensorflow.python.summary.writer.writer_cache import FileWriterCache

    make_writer, flush, close, get = FileWriter.__init__, FileWriter.flush, FileWriter.close, FileWriterCache.get

    def recorded_writer(self: Any, logdir: Any, *rest: Any, **options: Any) -> None:
        written.note_writer(self, logdir)
        make_writer(self, logdir, *rest, **options)

    def recorded_flush(self: Any) -> None:
        flush(self)
        written.note_flushed(self)

    def recorded_close(self: Any) -> None:
        close(self)
        written.note_flushed(self)

    def recorded_get(logdir: Any) -> Any:
        writer = get(logdir)
        written.note_cached(writer)
        return writer

    FileWriter.__init__, FileWriter.flush, FileWriter.close = recorded_writer, recorded_flush, recorded_close
    FileWriterCache.get = staticmethod(recorded_get)


def _wrap_what_is_written(written: Written) -> None:
    from tensorflow.core.framework import summary_pb2
    from tensorflow.python.summary.writer.writer import SummaryToEventTransformer

    add_summary, add_graph = SummaryToEventTransformer.add_summary, SummaryToEventTransformer.add_graph

    def recorded_graph(self: Any, graph: Any, *rest: Any, **options: Any) -> Any:
        written.note_graph(self, graph)
        return add_graph(self, graph, *rest, **options)

    def recorded_summary(self: Any, summary: Any, *rest: Any, **options: Any) -> Any:
        written.note_summary(self, summary, summary_pb2.Summary.FromString)
        return add_summary(self, summary, *rest, **options)

    SummaryToEventTransformer.add_graph = recorded_graph
    SummaryToEventTransformer.add_summary = recorded_summary


def _wrap_savers(written: Written) -> None:
    from tensorflow.python.framework import ops
    from tensorflow.python.training.saver import Saver

    make_saver = Saver.__init__

    def recorded_saver(self: Any, *arguments: Any, **options: Any) -> None:
        make_saver(self, *arguments, **options)
        written.note_saver(ops.get_default_graph())

    Saver.__init__ = recorded_saver
