"""The verdict on the checker: does each case get the verdict in its folder, in the words of its golden report?"""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from collections.abc import Iterable

from checker.engine.check_file import Check, is_shared
from checker.exercise import Exercise
from checker.outcome import CheckResult, Status
from checker.selftest.corpus import GOLDEN_FILE, Case, Fault, MalformedCase, checks_of, read_object
from checker.selftest.golden import MESSAGE, Golden, differences, golden_of, is_golden, renewed, write_golden
from checker.selftest.run_cases import Outcome

COMMAND = ("python", "-m", "checker.selftest")


def judge(outcome: Outcome) -> list[Fault]:
    """Return how the result differs from the case: other checks fail, or another one first; a message lacks something."""
    case, failed = outcome.case, outcome.failures
    if outcome.errors:
        lines = "\n".join(outcome.errors).splitlines()
        return [Fault(case.name, "the checker broke", "mend the checker: no submission may do this", tuple(lines), True)]
    if {check.id for check in failed} != {*case.fails}:
        return [_other_verdict(outcome)]
    problems = _misplaced(outcome)
    unsaid = [f"not said: {words}" for words in unsaid_of(outcome)]
    if unsaid:
        what, remedy = "a message lacks its words", "say them, or change `says` in its case.json"
        problems.append(Fault(case.name, what, remedy, (*unsaid, *_messages(failed))))
    partial = [check for check in failed if not all(getattr(check, key) for key in MESSAGE)]
    if partial:
        what, remedy = "a message lacks a line", "every message has where, expected, actual and hint"
        problems.append(Fault(case.name, what, remedy, tuple(_messages(partial))))
    private = tempfile.gettempdir() + os.sep
    leaks = [check for check in outcome.checks if _names_a_folder(f"{said_by(check)} {check.advice}", private, case)]
    if leaks:
        what, remedy = f"a message names a folder below {private}", "show a path as the learner knows it"
        problems.append(Fault(case.name, what, remedy, tuple(_messages(leaks))))
    return problems


def _names_a_folder(text: str, private: str, case: Case) -> bool:
    """Whether a text names something below a private folder that the script itself does not name."""
    return any(name not in case.source for name in re.findall(re.escape(private) + r"[\w.-]*", text))


def unsaid_of(outcome: Outcome) -> list[str]:
    """Return the words of the case that no message says."""
    messages = "\n".join(map(said_by, outcome.failures))
    return [words for words in outcome.case.says if words not in messages]


def names_its_line(outcome: Outcome) -> bool:
    """Whether the first failure names the line that the case asks for; a longer number is another line."""
    first = next(iter(outcome.failures), None)
    return first is not None and re.search(rf"(?<!\w){re.escape(outcome.case.line)}(?!\d)", first.where) is not None


def _misplaced(outcome: Outcome) -> list[Fault]:
    """Return what is wrong with the first of the failures: another check should be told first, or a line be named."""
    case, failed, problems = outcome.case, outcome.failures, []
    if failed and failed[0].id != case.fails[0]:
        what, remedy = "another failure should come first", "mend checker/engine/cause_order.py, or `fails` in its case.json"
        details = (f"first: {case.fails[0]}, as `fails` says", *_messages(failed))
        problems.append(Fault(case.name, what, remedy, details))
    if failed and case.line and not names_its_line(outcome):
        what, remedy = "the first failure does not name the line", "name it there, or change `line` in its case.json"
        problems.append(Fault(case.name, what, remedy, (f"not named: {case.line}", *_messages(failed[:1]))))
    return problems


def compare(outcome: Outcome) -> list[Fault]:
    """Return the messages that differ from the golden report of the case."""
    case = outcome.case
    accept = shlex.join([*COMMAND, *_where(case), "--update", case.name])
    try:
        golden = read_golden(case)
    except MalformedCase as error:
        return [Fault(case.name, f"{case.name}/{GOLDEN_FILE}: {error.what}", f"write it: {accept}")]
    changed = differences(golden, golden_of(outcome.checks))
    remedy = f"if the new words are meant: {accept}"
    return [Fault(case.name, "a message changed", remedy, tuple(changed))] if changed else []


def update(outcome: Outcome) -> bool:
    """Write the golden report of a case unless its words are the same; return whether it was written."""
    golden = golden_of(outcome.checks)
    try:
        before = read_golden(outcome.case)
        if not differences(before, golden):
            return False
        golden = renewed(before, golden)
    except MalformedCase:  # not there, or damaged
        pass
    write_golden(outcome.case.folder / GOLDEN_FILE, golden)
    return True


def read_golden(case: Case) -> Golden:
    """Read the golden report of a case. Raises `MalformedCase`."""
    file = case.folder / GOLDEN_FILE
    golden = read_object(file)
    if not is_golden(golden):
        raise MalformedCase(file, "not a golden report", "")
    return golden


def uncaught(outcomes: Iterable[Outcome], exercises: Iterable[Exercise]) -> list[Fault]:
    """Return a fault for each check that failed no case.

    A check that exercises share counts once. In a pack from elsewhere, only its own checks count.
    """
    caught = catchers(outcomes)
    without: dict[Check, list[str]] = {}
    for exercise in exercises:
        for name, check in checks_of(exercise).items():
            if check not in caught and (exercise.is_built_in or not is_shared(check)):
                without.setdefault(check, []).append(f"{exercise.id} {name}")
    remedy = "add a wrong submission that it catches: a folder with a case.json"
    return [Fault(", ".join(names), "the check catches nothing", remedy) for names in without.values()]


def catchers(outcomes: Iterable[Outcome]) -> dict[Check, list[Case]]:
    """Return the cases that each check failed; checks that failed none are not there."""
    caught: dict[Check, list[Case]] = {}
    for outcome in outcomes:
        for result in outcome.having(Status.FAIL):
            caught.setdefault(checks_of(outcome.case.exercise)[result.id], []).append(outcome.case)
    return caught


def _where(case: Case) -> list[str]:
    """Return the options that name the corpus of a case."""
    exercise, corpus = case.exercise, case.folder.parent
    pack = [] if exercise.is_built_in else ["--pack", str(exercise.folder)]
    return pack if corpus == exercise.cases else [*pack, "--corpus", str(corpus)]


def _other_verdict(outcome: Outcome) -> Fault:
    case, failed = outcome.case, outcome.having(Status.FAIL)
    unexpected = [check for check in failed if check.id not in case.fails]
    missed = [check for check in outcome.checks if check.id in case.fails and check.status is not Status.FAIL]
    details = _messages(unexpected) + [f"{check.id} should fail: {check.status.value}" for check in missed]
    if case.is_right:
        what, remedy = "a right submission fails", "let the check accept it; or say in its case.json what is wrong"
    elif not failed:
        what, remedy = "a wrong submission passes", "sharpen the check; or say in its case.json that it is right"
    else:
        what, remedy = "it fails other checks than it should", "mend the check, or `fails` in its case.json"
    return Fault(case.name, what, remedy, tuple(details))


def said_by(check: CheckResult) -> str:
    """Return the whole message of a check as one text."""
    return " ".join(getattr(check, key) for key in MESSAGE)


def _messages(checks: Iterable[CheckResult]) -> list[str]:
    """Return the messages of checks, a line each part."""
    lines = []
    for check in checks:
        lines.append(f"{check.id} fails")
        lines += [f"  {key}: {getattr(check, key)}".rstrip() for key in MESSAGE]
    return lines
