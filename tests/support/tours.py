"""The tours of `exercises/README.md` as data: what each numbered step does, and what it names of TensorBoard.

A tour begins with a heading `### Tour of exNN: …`. `tensorboard --logdir FOLDER` says where its next steps look. The bold sentence of a
step is what the reader does; the rest is what there is to see. In both, `run`, `tag`, `step`, `box` and their plurals stand before
what they name. The bold sentence names the page in capitals; in double quotes, it says what to click.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.documents import text_of

DOCUMENT = "exercises/README.md"
WORKSHOPS_DOCUMENT = "exercises/workshops/README.md"
# The name of a page in TensorBoard's bar, and the plugin that draws it: its part of the address.
PLUGINS = {
    "CUSTOM SCALARS": "custom_scalars",
    "DISTRIBUTIONS": "distributions",
    "GRAPHS": "graphs",
    "HISTOGRAMS": "histograms",
    "HPARAMS": "hparams",
    "IMAGES": "images",
    "MESH": "mesh",
    "PR CURVES": "pr_curves",
    "PROJECTOR": "projector",
    "SCALARS": "scalars",
    "TEXT": "text",
}
PAGE = re.compile("|".join(sorted(PLUGINS, key=len, reverse=True)))
HEADING, LOGDIR = r"^### Tour of (\w+)", r"tensorboard --logdir ([\w/]+)"
STEP = r"^(\d+)\. (.+\n(?:(?:   .*)?\n)*)"  # what belongs to a step is indented
ACTION = (
    r"(?i)double-click box `(?P<box>[^`]+)`|\"(?P<field>[^\"]+)\" to `?(?P<value>[^\s`,]*[^\s`,.])|\"(?P<label>[^\"]+)\""
)


@dataclass(frozen=True)
class TourStep:
    """One numbered step of a tour."""

    tour: str  # the exercise
    number: int
    logdir: str
    does: str
    says: str
    picture: str  # its path in the project, or nothing

    @property
    def page(self) -> str:
        """The name of its page in TensorBoard's bar, or nothing."""
        found = PAGE.search(self.does)
        return found[0] if found else ""

    @property
    def actions(self) -> list[dict[str, str]]:
        """What is done on the page, in this order: a `label` is clicked, a `box` double-clicked, a `field` gets a `value`."""
        found = re.finditer(ACTION, self.does)
        return [{name: value for name, value in action.groupdict().items() if value} for action in found]

    @property
    def text(self) -> str:
        """All that it says."""
        return f"{self.does} {self.says}"

    def __str__(self) -> str:
        return f"{self.tour}, step {self.number}"


def named(kind: str, text: str) -> list[str]:
    """Return what a text names with the word `kind` before it, such as run `a` or runs `a` and `b`; numbers need no backticks."""
    item = r"\d+" if kind == "step" else r"`[^`]+`"
    lists = re.findall(rf"(?i)\b{kind}(?:e?s)? ((?:{item}(?:, and |, | and | or )?)+)", text)
    return [name.strip("`") for names in lists for name in re.findall(item, names)]


def tour_steps(text: str | None = None) -> list[TourStep]:
    """Return the steps of all tours of a text, which is that of the document unless it is given."""
    return [step for tour in re.split(r"(?m)^(?=##)", text_of(DOCUMENT) if text is None else text) for step in _steps(tour)]


def workshop_steps() -> list[TourStep]:
    """Return the steps of the tours of all workshops."""
    return tour_steps(text_of(WORKSHOPS_DOCUMENT))


def _steps(section: str) -> Iterator[TourStep]:
    heading = re.match(HEADING, section)
    if not heading:
        return
    for found in re.finditer(STEP, section, re.MULTILINE):
        words = " ".join(found[2].split())
        does = " ".join(re.findall(r"\*\*(.+?)\*\*", words))
        picture = re.search(r"!\[[^]]*\]\(\.\./([^)]+)\)", words)
        says = re.sub(r"\*\*.+?\*\*|!\[[^]]*\]\([^)]*\)", "", words)
        folders = re.findall(LOGDIR, section[: found.start()])
        last = folders[-1] if folders else ""
        yield TourStep(heading[1], int(found[1]), last, does, says, picture[1] if picture else "")
