"""Makes docs/api-0.7.md of the table that hints are taken from: ``python -m tests.support.api_document``."""

from __future__ import annotations

from collections.abc import Iterator

from checker.hints.old_names import OldName, groups
from tests.support.paths import PROJECT

DOCUMENT = PROJECT / "docs" / "api-0.7.md"
HEAD = """\
# The names of TensorFlow 0.7, today

This page is for somebody who reads a text on TensorFlow of early 2016, and wants to run what it says.

It lists every name that version 0.7 documented, in its groups, and where the name is in `tensorflow.compat.v1`, as `tf`. Hints of the checker
come from the same table. A test looks each name up in the TensorFlow that is installed. A text may write `tf.mul` or `tf.train.SummaryWriter`;
the names stand here without what comes before them.
"""


def document() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(line for group, names in groups().items() for line in _section(group, names))])


def _section(group: str, names: tuple[OldName, ...]) -> Iterator[str]:
    yield f"## {group}\n"
    yield "| version 0.7 | today | what has changed |\n|---|---|---|"
    for each in names:
        today = f"`tf.{each.today}`" if each.today else "gone"
        yield f"| `{each.name}` | {today} | {each.note or ('another name' if each.has_gone else '')} |"
    yield ""


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
