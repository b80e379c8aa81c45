"""Running the command `note`: which of its words are given decides what is done."""

from __future__ import annotations

from dataclasses import dataclass

import click

from checker.session.arguments import NOTE_KINDS
from checker.session.notes import edit_note, list_history, list_notes, other_finding, remove_note, write_note
from checker.session.store import Store


@dataclass(frozen=True)
class NoteArguments:
    """The arguments and options of the command `note`, as they were typed."""

    login: str | None
    exercise: str | None
    text: str | None
    again: str | None
    kind: str | None
    edit: int | None
    remove: int | None
    history: bool

    @property
    def words(self) -> list[str]:
        """The words that are no options."""
        return [word for word in (self.login, self.exercise, self.text) if word is not None]


def run_note(store: Store, arguments: NoteArguments) -> None:
    """Write, change or list notes. Raises `NoteError`, or `click.UsageError` where the words make no sense."""
    if arguments.edit is not None or arguments.remove is not None:
        _change(store, arguments)
    elif arguments.history or (arguments.text is None and arguments.again is None):
        if len(arguments.words) > 2 or arguments.again is not None:
            raise click.UsageError("--history lists: a login and an exercise at most")
        listed = list_history if arguments.history else list_notes
        click.echo(listed(store, arguments.login, arguments.exercise, arguments.kind))
    else:
        _write(store, arguments)


def _change(store: Store, arguments: NoteArguments) -> None:
    if None not in (arguments.edit, arguments.remove) or arguments.again or arguments.kind or arguments.history:
        raise click.UsageError("--edit N TEXT, or --remove N, and no other option")
    if arguments.remove is not None:
        if arguments.words:
            raise click.UsageError(f"--remove {arguments.remove}: without further words; a text goes with --edit")
        click.echo(remove_note(store, arguments.remove))
    elif arguments.edit is not None:
        if len(arguments.words) != 1:
            raise click.UsageError(f'--edit {arguments.edit} "the new text": one text, and no login')
        click.echo(edit_note(store, arguments.edit, arguments.words[0]))


def _write(store: Store, arguments: NoteArguments) -> None:
    login, exercise, text, again = arguments.login, arguments.exercise, arguments.text, arguments.again
    if login is None or exercise is None or (text and again):
        raise click.UsageError("a login, an exercise, and a text or --again CHECK")
    warning = other_finding(store, login, exercise, again) if again else ""
    click.echo(write_note(store, login, exercise, text, again, arguments.kind or NOTE_KINDS[0]))
    if warning:
        click.echo(warning, err=True)
