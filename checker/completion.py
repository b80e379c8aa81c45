"""Shell completion: the script that a shell reads, and what it offers for the words of a command."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from checker.catalog import load_catalog
from checker.command_line import COMMAND_LEFT_OUT
from checker.near_names import scripts_in
from checker.pack_file import PackError

PROGRAM = "checker"  # the installed command; shells complete a program, so not `python -m checker`
VARIABLE = "_CHECKER_COMPLETE"  # with which the shell's script asks the program for words
SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, exercises and files in a shell.

    \b
    eval "$(checker completion bash)"        in ~/.bashrc
    eval "$(checker completion zsh)"         in ~/.zshrc, after compinit
    checker completion fish | source         in ~/.config/fish/config.fish
    """  # noqa: D301  # not raw: to click, \b is the character that keeps lines as they are
    click.echo(script_of(shell, ctx.find_root().command))


def script_of(shell: str, program: click.Command) -> str:
    """Return the script that a shell reads: click's own."""
    kind = get_completion_class(shell)
    if kind is None:
        raise ValueError(f"click knows no {shell}")
    return kind(program, {}, PROGRAM, VARIABLE).source()


def complete_what(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return what may follow: a command in place of a first word that names none, exercises, scripts; else any file."""
    group = ctx.parent.command if ctx.parent else None
    is_first = not ctx.params.get(param.name or "") and ctx.meta.get(COMMAND_LEFT_OUT, False)
    items = []
    if is_first and isinstance(group, click.Group):
        items = [CompletionItem(name, help=each.get_short_help_str()) for name, each in group.commands.items()]
    items += complete_exercise(ctx, param, "")
    folder = Path(os.path.dirname(incomplete))
    items += [CompletionItem(str(script)) for script in scripts_in(folder)]
    found = [item for item in items if item.value.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def complete_exercise(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the exercises, with their titles, whose id begins so."""
    try:
        exercises = load_catalog([Path(pack) for pack in ctx.params.get("packs") or ()]).exercises
    except PackError:
        return []
    return [CompletionItem(each.id, help=each.title) for each in exercises.values() if each.id.startswith(incomplete)]
