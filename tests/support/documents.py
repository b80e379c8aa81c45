"""The documents of the project, and what stands in them: code, commands, anchors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.support.paths import PROJECT

DOCUMENTS = sorted(
    path.relative_to(PROJECT).as_posix()
    for pattern in (
        "*.md",
        "docs/*.md",
        "exercises/*.md",
        "exercises/workshops/*.md",
        "reference/**/*.md",
        "tests/bench/*.md",
    )
    for path in PROJECT.glob(pattern)
)


def text_of(document: str) -> str:
    return (PROJECT / document).read_text("utf-8")


def code_lines(text: str) -> Iterator[str]:
    """Yield the lines of all code blocks, fenced or indented."""
    fenced = False
    after_blank = True
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or (line.startswith("    ") and after_blank):
            yield line.strip()
            continue
        after_blank = not line.strip()


def code_spans(text: str) -> list[str]:
    """Return what stands in backticks within the prose."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [span.replace("\\|", "|") for span in re.findall(r"`([^`\n]+)`", prose)]


def named_commands(document: str, start: str) -> list[str]:
    """Return the commands of a document that begin so, without comments and without a prompt or variables before them."""
    text = text_of(document)
    lines = [re.split(r"\s+#\s|\s&&\s", re.sub(r"^(?:\w+=\S+ )+", "", line))[0] for line in code_lines(text)]
    return [command for command in [*lines, *code_spans(text)] if re.match(rf"(?:{start})(?:\s|$)", command)]


def anchors_of(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
