"""A hint as lines of text."""

from __future__ import annotations

import shutil
import sys
import textwrap

from checker.invocation import command
from checker.learner.hints import Help
from checker.translation import _, chosen


def help_lines(found: Help, again: str = "") -> list[str]:
    """Return the task, its hints so far, and how to get the next: by a command, or by the key `again`."""
    name = f"{found.exercise.id} {found.task.id}"
    *earlier, newest = found.read
    asked = _("{task}: {asked}", task=name, asked=chosen(found.task.asked))
    lines = [*_wrapped(asked, ""), ""]
    lines += [line for hint in earlier for line in _wrapped(hint, "  ")]
    lines += [*_wrapped(newest, "> "), ""]
    if found.left:
        lines.append(_("the next hint: {command}", command=again or command(f"hint {name}")))
    else:
        lines.append(
            _("That was the last hint for this task: write it, then check it: {check}", check=command(found.exercise.id))
        )
    if found.others:
        lines.append(_("other tasks of {exercise}: {tasks}", exercise=found.exercise.id, tasks=", ".join(found.others)))
    return lines


def _wrapped(text: str, sign: str) -> list[str]:
    """Return a text in lines that a terminal shows whole; in one line where it goes elsewhere."""
    if not sys.stdout.isatty():
        return [sign + text]
    width = shutil.get_terminal_size().columns
    return textwrap.wrap(text, width, initial_indent=sign, subsequent_indent="  " if sign else "", break_on_hyphens=False)
