"""Addresses of charts in TensorBoard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

DEFAULT_BASE = "http://localhost:6006"  # where TensorBoard answers when it is started by hand


def time_series(base: str, tag: str = "", run: str = "") -> str:
    """Return the address of the chart of one tag, of runs that begin with `run`; drawn without smoothing, which lies."""
    filters = {"tagFilter": f"^{_escaped(tag)}$" if tag else "", "runFilter": f"^{_escaped(run)}" if run else ""}
    query = "".join(f"{name}={_quoted(value)}&" for name, value in filters.items() if value)
    return f"{base.rstrip('/')}/?{query}smoothing=0#timeseries"


def scalars(base: str, runs: Sequence[str]) -> str:
    """Return the address of SCALARS with these runs, and with what lies below them, and no others.

    SCALARS ticks the runs that a filter leaves, if they are at most 40. TIME SERIES, one click away, has its own filter.
    """
    names = [_escaped(run) for run in runs]
    pattern = _quoted(f"^{names[0]}(/|$)" if len(names) == 1 else f"^({'|'.join(names)})(/|$)")
    query = f"?runFilter={pattern}&smoothing=0"
    return f"{base.rstrip('/')}/{query}#scalars&regexInput={pattern}&_smoothingWeight=0"


def _escaped(name: str) -> str:
    """Return a name as a regular expression of JavaScript, which knows fewer escapes than Python."""
    return re.sub(r"[\\^$.*+?()\[\]{}|]", r"\\\g<0>", name)


def _quoted(text: str) -> str:
    """Return text for an address; TensorBoard, too, replaces the bytes of a name that are no UTF-8."""
    return quote(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), safe="/")
