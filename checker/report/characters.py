"""Characters for a terminal that cannot show all of them."""

from __future__ import annotations

import codecs
import io
from typing import TextIO

HANDLER = "checker.nearest"  # the name of the error handler
NEAREST = {
    **dict(zip("▁▂▃▄▅▆▇█", "_.,-=+*#")),  # bars of a sparkline
    **dict(zip("×·−–—‘’“”", "x,---''\"\"")),
    **{"→": "->", "←": "<-", "…": "...", "²": "^2"},
}


def show_what_fits(stream: TextIO) -> None:
    """Let a stream write the nearest ASCII characters where its encoding lacks one; nothing written then raises."""
    codecs.register_error(HANDLER, _nearest)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=HANDLER)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(NEAREST.get(each, each.encode("ascii", "backslashreplace").decode()) for each in lacking), error.end
