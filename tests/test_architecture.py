"""The rooms know each other in one direction, and what the project says of itself is so."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

from tests.support.paths import PROJECT, TESTS

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_PARAMETERS = 250, 39, 6

# What is over a limit. An entry that is needed no more fails the test: delete it.
LONG_MODULES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()
MANY_PARAMETERS = {
    "checker/sandbox/contrib_layers.py: fully_connected",  # the signature that TensorFlow 1 gave it
    "checker/sandbox/input_data.py: DataSet.__init__",  # the same
    "checker/sandbox/input_data.py: read_data_sets",  # the same
}
CLASSES_OF_ONE_NAME = {"DataSet"}  # a data set of the catalogue, and the class that the tutorials of TensorFlow 1 have


def test_importing_the_evidence_and_the_command_line_imports_no_tensorflow() -> None:
    code = """
import importlib, pkgutil, sys, checker
for module in pkgutil.walk_packages(checker.__path__, "checker."):
    if not module.name.startswith(("checker.sandbox.inside", "checker.__main__")):
        importlib.import_module(module.name)
sys.exit("tensorflow" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, timeout=300).returncode == 0


def test_every_suppression_gives_its_reason() -> None:
    files = [path for room in ("checker", "exercises", "reference", "tests") for path in (PROJECT / room).rglob("*.py")]
    bare = [
        f"{path}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"#\s*(type: ignore|noqa)[^#]*$", line)
    ]
    assert bare == []


def modules() -> Iterator[tuple[str, str]]:
    """Yield path and text of every module of the checker and of the reference."""
    for room in ("checker", "reference"):
        for path in sorted((PROJECT / room).rglob("*.py")):
            yield path.relative_to(PROJECT).as_posix(), path.read_text("utf-8")


def functions() -> Iterator[tuple[str, Function]]:
    """Yield every function, nested ones and methods included, under its module's path and its qualified name."""
    for path, text in modules():
        for name, node in functions_of(ast.parse(text), ()):
            yield f"{path}: {name}", node


def functions_of(parent: ast.AST, scope: tuple[str, ...]) -> Iterator[tuple[str, Function]]:
    for node in ast.iter_child_nodes(parent):
        named = (*scope, node.name) if isinstance(node, (*FUNCTIONS, ast.ClassDef)) else scope
        if isinstance(node, FUNCTIONS):
            yield ".".join(named), node
        yield from functions_of(node, named)


def parameters(function: Function) -> list[str]:
    """Return the names of the parameters, without the object or the class that a method belongs to."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    rest = [each for each in (given.vararg, given.kwarg) if each]
    return [each.arg for each in [*named, *rest] if each.arg not in ("self", "cls")]


def test_no_module_holds_two_subjects() -> None:
    sizes = {path: len(text.splitlines()) for path, text in modules()}
    assert {path for path, size in sizes.items() if size > MOST_LINES} == LONG_MODULES


def test_a_function_fits_a_screen() -> None:
    sizes = {name: (node.end_lineno or node.lineno) - node.lineno + 1 for name, node in functions()}
    assert {name for name, size in sizes.items() if size > MOST_LINES_OF_A_FUNCTION} == LONG_FUNCTIONS


def test_a_function_has_few_parameters() -> None:
    counts = {name: len(parameters(node)) for name, node in functions()}
    assert {name for name, count in counts.items() if count > MOST_PARAMETERS} == MANY_PARAMETERS


def test_one_class_has_one_name() -> None:
    names = Counter(
        node.name for _, text in modules() for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)
    )
    assert {name for name, count in names.items() if count > 1} == CLASSES_OF_ONE_NAME


def test_no_test_imports_another() -> None:
    """What several tests need stands in tests/support."""
    found = [
        f"{path.relative_to(PROJECT)}: {line}"
        for path in TESTS.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if re.match(r"\s*(from|import) \S*\btest_\w+", line)
    ]
    assert found == []


def test_every_folder_of_tests_is_named_like_what_it_tests() -> None:
    of_no_room = set("bench data examined fuzz packs screenshots submissions support tensorflow1 workshops".split())
    folders = {path.name for path in TESTS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    rooms = {path.name for path in (PROJECT / "checker").iterdir() if path.is_dir()} | {"exercises", "reference"}
    assert folders - of_no_room <= rooms
