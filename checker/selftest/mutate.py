"""Mutations of right submissions, drawn by chance: what does the checker say of a script with one small change?

Many mutations are wrong, some change nothing that counts: a person reads the list. So none of it is a verdict.
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from checker.selftest.corpus import Case

# Names that learners take for each other.
CONFUSED = (
    ("x_train", "x_test"),
    ("y_train", "y_test"),
    ("reduce_mean", "reduce_sum"),
    ("relu", "softmax"),
    ("logits", "labels"),
    ("train_writer", "test_writer"),
    ("minimize", "compute_gradients"),
    ("zeros", "ones"),
    ("square", "abs"),
    ("data", "target"),
)
FACTORS = (0, -1, 2, 1000)  # that numbers are multiplied by


@dataclass(frozen=True)
class Mutation:
    """A script with one change."""

    case: Case
    line: int
    before: str
    after: str
    source: str


def draw_mutations(cases: Sequence[Case], count: int, seed: int) -> list[Mutation]:
    """Return so many mutations of right cases, the same ones for the same seed."""
    chance = random.Random(seed)
    right = [case for case in cases if case.is_right]
    found: list[Mutation] = []
    while right and len(found) < count:
        case = chance.choice(right)
        mutants = list(mutations(case))
        if mutants:
            found.append(chance.choice(mutants))
    return found


def mutations(case: Case) -> Iterator[Mutation]:
    """Yield every mutation of a case that this module knows."""
    tree = ast.parse(case.source)
    lines = case.source.splitlines()
    for index, node in enumerate(ast.walk(tree)):
        for changed in _changes(node):
            mutant = copy.deepcopy(tree)
            place = list(ast.walk(mutant))[index]
            place.__dict__.update(vars(changed))
            line = getattr(node, "lineno", 1)
            source = ast.unparse(mutant)
            yield Mutation(case, line, lines[line - 1].strip(), _differing(ast.unparse(tree), source), source)


def as_case(mutation: Mutation) -> Case:
    """Return a mutation as a case that may get any verdict."""
    return replace(mutation.case, source=mutation.source)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a node."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        for factor in FACTORS:
            if node.value * factor != node.value:
                yield ast.Constant(node.value * factor)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from (ast.Name(name, node.ctx) for name in _confused(node.id))
    if isinstance(node, ast.Attribute):
        yield from (ast.Attribute(node.value, name, node.ctx) for name in _confused(node.attr))
    if isinstance(node, ast.Call) and len(node.args) > 1:
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Expr(ast.Constant(None))  # the statement is left out
    if isinstance(node, ast.BinOp):
        for operator in (ast.Add, ast.Sub, ast.Mult, ast.Div):
            if not isinstance(node.op, operator):
                yield ast.BinOp(node.left, operator(), node.right)


def _confused(name: str) -> Iterator[str]:
    for pair in CONFUSED:
        if name in pair:
            yield pair[1 - pair.index(name)]


def _differing(before: str, after: str) -> str:
    """Return the line in which two texts differ first, as it is in the second."""
    old = before.splitlines()
    return next((line.strip() for line, was in zip(after.splitlines(), old) if line != was), "")
