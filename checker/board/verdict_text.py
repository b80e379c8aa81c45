"""The verdict as TensorBoard's TEXT page, for a TensorBoard without the Correction tab."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2

from checker.outcome import CheckResult, Report, Status
from checker.report.event_file import write_events
from checker.report.junit import message_of

LONGEST = 500  # characters of one text
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>])")


def write_verdicts(folder: Path, verdicts: Iterable[tuple[str, str]], now: float) -> None:
    """Write an event file with tags and their texts into a folder; `now` is in seconds since 1970."""
    values = (_value(tag, text) for tag, text in verdicts)
    events = (event_pb2.Event(wall_time=now, step=0, summary=summary_pb2.Summary(value=[value])) for value in values)
    write_events(folder / f"events.out.tfevents.{int(now)}.correction", events, now)


def verdict(report: Report) -> str:
    """Return a report as Markdown, failures first. Every text of a submission stays text."""
    lines = [f"## {plain(report.exercise)}: {report.status.value}", ""]
    for check in report.in_reading_order:
        lines.append(f"- **{check.status.value.upper()}** {plain(check.title)}")
        lines += [f"    - {label}: {plain(text)}" for label, text in _said(check)]
    return "\n".join(lines)


def plain(text: str) -> str:
    """Return a text that Markdown and HTML show as it is, on one line and not too long."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text):,} characters)"
    return html.escape(_MARKS.sub(r"\\\1", " ".join(cut.split())), quote=False)


def _said(check: CheckResult) -> Iterator[tuple[str, str]]:
    """Yield the labelled lines of a check that failed, was starved, or has an advice."""
    if check.status is Status.FAIL or check.is_starved:
        yield from message_of(check)
    if check.advice:
        yield "advice", check.advice
    if check.status is Status.SKIP:
        yield "explained by", check.detail


def _value(tag: str, text: str) -> summary_pb2.Summary.Value:
    plugin = summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
    metadata = summary_pb2.SummaryMetadata(plugin_data=plugin, data_class=summary_pb2.DATA_CLASS_TENSOR)
    tensor = tensor_pb2.TensorProto(
        dtype=types_pb2.DT_STRING,
        string_val=[text.encode("utf-8", "replace")],
        tensor_shape=tensor_shape_pb2.TensorShapeProto(),
    )
    return summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)
