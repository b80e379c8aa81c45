"""The command that draws mutations of right submissions and shows what the checker says of each."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from checker.command_line import pack_option, read_catalog
from checker.outcome import CHECKER_BROKE, EVERYTHING_PASSED, Status
from checker.selftest import matrix
from checker.selftest.check_cases import check_all
from checker.selftest.corpus import SUBMISSIONS, matches, read_corpus
from checker.selftest.mutate import Mutation, as_case, draw_mutations
from checker.selftest.run_cases import Outcome
from checker.workers.cores import default_jobs


@click.command()
@click.argument("words", nargs=-1, metavar="[CASE]...")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), default=SUBMISSIONS, help="The folder of cases.")
@click.option("--count", type=click.IntRange(min=1), default=20, show_default=True, help="How many mutations to draw.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same mutations.")
@pack_option
@click.pass_context
def mutate(ctx: click.Context, words: tuple[str, ...], corpus: Path, count: int, seed: int, packs: tuple[Path, ...]) -> None:
    """Draw mutations of right submissions, and show what is said of each.

    Many are wrong, and some change nothing that counts: read the list. Exit codes: 0, or 3 when the checker broke.
    """
    cases, _ = read_corpus(corpus, read_catalog(packs))
    drawn = draw_mutations([case for case in cases if matches(case.name, words)], count, seed)
    if not drawn:
        raise click.UsageError(f"{corpus}: no right case{' called like ' + ' or '.join(words) if words else ''}")
    console = matrix.console()
    outcomes = check_all(console, [as_case(mutation) for mutation in drawn], default_jobs())
    for mutation, outcome in zip(drawn, outcomes):
        console.print(_told(mutation, outcome), soft_wrap=True)
    ctx.exit(CHECKER_BROKE if any(outcome.errors for outcome in outcomes) else EVERYTHING_PASSED)


def _told(mutation: Mutation, outcome: Outcome) -> Text:
    """Return a mutation and what is said of it."""
    text = Text.assemble((f"{mutation.case.name}, line {mutation.line}", "bold"), f"\n  - {mutation.before}\n")
    text.append(f"  + {'(left out)' if mutation.after in ('', 'None') else mutation.after}\n")
    for error in outcome.errors:
        text.append(f"  ! {error}\n", "bold magenta")
    failed = outcome.having(Status.FAIL)
    for check in failed:
        text.append(f"  {check.title}: {check.where}; expected {check.expected}; found {check.actual}\n", "red")
    return text if failed or outcome.errors else text.append("  accepted\n", "green")
