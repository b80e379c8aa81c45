"""The matrix of checks and submissions, one table per exercise, and below it what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker.exercise import Exercise
from checker.expect import first_few
from checker.outcome import Status
from checker.selftest.corpus import Fault, checks_of
from checker.selftest.run_cases import Outcome
from checker.selftest.verdict import catchers

WIDTH = 100  # columns
MOST_NAMES = 10  # in the last line

MARKS = {
    Status.PASS: Text("✓", "green"),
    Status.FAIL: Text("✗", "bold red"),
    Status.SKIP: Text("–", "yellow"),
    Status.ERROR: Text("!", "bold magenta"),
}
KEY = "✓ passes   ✗ fails   – is explained by a failure   ! broke   ← not as its folder says"


def console() -> Console:
    """Return the console to print on. Without a terminal, its width is always the same."""
    terminal = Console()
    return Console(width=min(terminal.width, WIDTH) if terminal.is_terminal else WIDTH, highlight=False)


def show_matrix(to: Console, outcomes: Sequence[Outcome], problems: Collection[Fault]) -> None:
    """Print a table for each exercise that has cases, right submissions first, and what its numbers mean."""
    wrong = {problem.subject for problem in problems}
    exercises = {outcome.case.exercise.id: outcome.case.exercise for outcome in outcomes}
    for _, exercise in sorted(exercises.items()):
        tried = [outcome for outcome in outcomes if outcome.case.exercise == exercise]
        to.print(Text.assemble((exercise.id, "bold"), f"  {exercise.title}"))
        to.print(_table(exercise, tried, wrong))
        to.print(_legend(exercise, outcomes))
    to.print(Text(KEY, "dim"))


def show_problems(to: Console, problems: Iterable[Fault]) -> None:
    """Print what is wrong and what to do about it, without line breaks."""
    for problem in problems:
        to.print()
        to.print(Text.assemble((problem.subject, "bold red"), f": {problem.what}"), soft_wrap=True)
        for line in problem.details:
            to.print(Text(f"    {line}"), soft_wrap=True)
        to.print(Text(f"    remedy: {problem.remedy}"), soft_wrap=True)


def last_line(outcomes: Sequence[Outcome], problems: Sequence[Fault]) -> Text:
    """Return the counts, and the names of what is wrong."""
    right = sum(outcome.case.is_right for outcome in outcomes)
    exercises = {outcome.case.exercise for outcome in outcomes}
    checks = {check for exercise in exercises for check in checks_of(exercise).values()}
    submissions = f"{_counted(len(outcomes), 'submission')} ({right} right, {len(outcomes) - right} wrong)"
    text = Text(f"{submissions}, {_counted(len(exercises), 'exercise')}, {_counted(len(checks), 'check')}: ")
    if not problems:
        return text.append("all as said", "green")
    names = list(dict.fromkeys(problem.subject for problem in problems))
    return text.append(f"{_counted(len(problems), 'problem')}: {first_few(names, MOST_NAMES)}", "bold red")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _table(exercise: Exercise, outcomes: Sequence[Outcome], wrong: Collection[str]) -> Padding:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("submission", overflow="fold", ratio=1)
    for number, _ in enumerate(checks_of(exercise), 1):
        table.add_column(str(number), justify="right", no_wrap=True, min_width=2)
    table.add_column("", no_wrap=True, min_width=1)
    for outcome in sorted(outcomes, key=lambda outcome: not outcome.case.is_right):
        case = outcome.case
        found = {check.id: check.status for check in outcome.checks}
        # Where the checker broke before its checks, none of them has an outcome.
        marks = [MARKS[found.get(check, Status.ERROR)] for check in checks_of(exercise)]
        name = Text.assemble(case.name.removeprefix(f"{exercise.id}_"), "  ", (case.story, "dim"))
        table.add_row(name, *marks, "←" if case.name in wrong else "")
    return Padding(table, (0, 0, 1, 2))


def _legend(exercise: Exercise, outcomes: Sequence[Outcome]) -> Padding:
    """Return the checks by number: id, title, and how many submissions of the exercise each fails."""
    caught = catchers(outcomes)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right")
    grid.add_column(overflow="fold")
    grid.add_column(no_wrap=True)
    for number, (name, check) in enumerate(checks_of(exercise).items(), 1):
        of = [case.exercise.id for case in caught.get(check, [])]
        here = of.count(exercise.id)
        elsewhere = f"catches {len(of)} in {', '.join(sorted(set(of)))}" if of else ""
        title = (check.__doc__ or name).strip().splitlines()[0]
        grid.add_row(
            str(number),
            Text.assemble(name, "  ", (title, "dim")),
            f"catches {here}" if here else elsewhere,
        )
    return Padding(grid, (0, 0, 1, 2))
