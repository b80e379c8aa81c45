"""What is needed, what was found of it, and the remedy where it lacks: a table on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Requirement:
    """One thing that is there, or is not."""

    name: str
    found: str
    remedy: str = ""  # empty: all is well
    needed: bool = True  # or one can do without it

    @property
    def is_lacking(self) -> bool:
        """Whether something is to be done about it."""
        return bool(self.remedy)


def show_requirements(console: Console, requirements: Iterable[Requirement], spinner: str) -> bool:
    """Print every requirement as a row; return whether all that is needed is there."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    is_sound = True
    with console.status(spinner):
        for requirement in requirements:
            table.add_row(_mark(requirement), requirement.name, Text(requirement.found))
            if requirement.is_lacking:
                table.add_row("", "", Text(f"remedy: {requirement.remedy}", "bold"))
                is_sound = is_sound and not requirement.needed
    console.print(table)
    return is_sound


def _mark(requirement: Requirement) -> Text:
    if not requirement.is_lacking:
        return Text("ok", "green")
    return Text("no", "bold red") if requirement.needed else Text("--", "yellow")
