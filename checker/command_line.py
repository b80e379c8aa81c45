"""What the command lines of the checker and of its self-test share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from checker.catalog import Catalog, built_in, load_catalog
from checker.pack_file import LANGUAGES, PACK_FILE, PackError
from checker.refusals import refusal
from checker.translation import VARIABLE

LONGEST_TIMEOUT_S = 24 * 3600
AUTO = "auto"  # as a number of jobs

Command = TypeVar("Command", bound=Callable[..., Any])
COMMAND_LEFT_OUT = "checker.command_left_out"  # in `click.Context.meta`: the default command was not named


class PackFolder(click.Path):
    """The folder of a pack; a pack that comes with the checker may be named by its id."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the folder that is meant: what lies there comes before what an id means."""
        folder = Path(os.fsdecode(super().convert(value, param, ctx)))
        if (folder / PACK_FILE).is_file():
            return folder
        return next((pack.folder for pack in built_in().packs if pack.id == str(value)), folder)


pack_option = click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="FOLDER",
    type=PackFolder(path_type=Path),
    help="A folder with a pack.toml, or workshops; may be given several times. Also: the variable SUITE_PACKS.",
)


def _use(_context: click.Context, _option: click.Parameter, asked: str | None) -> None:
    if asked:
        os.environ[VARIABLE] = asked


def read_jobs(ctx: click.Context, param: click.Parameter, word: str) -> int | None:
    """Return a number of jobs; None for as many as this machine has room for. Raises `click.BadParameter`."""
    if word.strip().casefold() == AUTO:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", word.strip()) or int(word) < 1:
        raise click.BadParameter(f"{word!r} is neither a number from 1 on nor {AUTO}")
    return int(word)


def jobs_option(what: str) -> Callable[[Command], Command]:
    """Return the option --jobs; `what` says in its help what is done side by side."""
    return click.option("--jobs", metavar=f"N|{AUTO}", callback=read_jobs, default=AUTO, show_default=True, help=what)


language_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    callback=_use,
    expose_value=False,
    is_eager=True,
    help="The language of the texts; a learner's folder remembers that of its start. Also: the variable SUITE_LANG.",
)


json_option = click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, allow_dash=True), help="Write the report as JSON; - is stdout."
)
data_option = click.option(
    "--data",
    "edition",
    type=click.Choice(["embedded", "full"]),
    default="embedded",
    show_default=True,
    help="Which edition of the data to use.",
)
timeout_option = click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True, max=LONGEST_TIMEOUT_S),
    metavar="S",
    help="Seconds a script may run.",
)
sandbox_option = click.option(
    "--sandbox",
    "isolation",
    type=click.Choice(["auto", "bubblewrap", "none"]),
    default="auto",
    show_default=True,
    help="What stands between a script and this machine; auto takes bubblewrap where it works.",
)


class SystemRefuses(click.ClickException):
    """The system does not let a command read or write what it needs."""

    exit_code = click.UsageError.exit_code


class DefaultGroup(click.Group):
    """A group of commands, one of which may be left out: ``python -m checker ex04``."""

    default = ""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command before arguments that name no command."""
        own, rest = self._split(args)
        if not rest or (rest[0] not in self.commands and rest[0] not in ("-h", "--help", "--version")):
            ctx.meta[COMMAND_LEFT_OUT] = True
            rest = [self.default, *rest]
        return super().parse_args(ctx, own + rest)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. What the system refuses it ends with a sentence; other errors of the system are ours."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            said = refusal(error)
            if said is None:
                raise
            raise SystemRefuses(said) from error

    def _split(self, args: list[str]) -> tuple[list[str], list[str]]:
        """Return the options of the group itself that take a value, and the arguments after them."""
        names = {
            name for option in self.params if isinstance(option, click.Option) and not option.is_flag for name in option.opts
        }
        count = 0
        while count < len(args) and args[count].partition("=")[0] in names:
            count += 1 if "=" in args[count] else 2
        return args[:count], args[count:]


def read_catalog(packs: Sequence[Path]) -> Catalog:
    """Return the catalogue with these packs. Raises `click.UsageError` when one of them cannot be used."""
    try:
        return load_catalog(packs)
    except PackError as error:
        raise click.UsageError(str(error)) from None
