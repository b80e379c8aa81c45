"""What the documents name exists: links, anchors, files, commands, options, functions, fixtures and keys."""

from __future__ import annotations

import argparse
import ast
import configparser
import importlib
import importlib.util
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from checker import expect
from checker.__main__ import cli
from checker.catalog import Catalog, built_in
from checker.command_line import DefaultGroup
from checker.exercise import Limits
from checker.outline import Outline
from checker.pack_reader import EXERCISE_KEYS, read_pack
from checker.report.files import CSV_COLUMNS, json_learner
from checker.report.view import ShownLearner
from checker.selftest.__main__ import cli as selftest
from checker.selftest.corpus import read_corpus
from reference.__main__ import make_parser
from tests.support.documents import DOCUMENTS, anchors_of, code_spans, named_commands, text_of
from tests.support.paths import PROJECT, SUBMISSIONS

MOST_WORDS = 700  # of README.md
MOST_WORDS_IN_A_SENTENCE = 25
TOP_FOLDERS = ("checker", "docs", "exercises", "reference", "tests", ".ci")
EXAMPLES = {"root"}  # the exercise that docs/adding-an-exercise.md builds in a pack
PLACEHOLDERS = {"ID", "EXERCISE", "…"}  # where a command stands for many
OF_OTHERS = {"--logdir", "--nthreads", "--install"}  # options of TensorBoard, of Dask and of wsl
COMMANDS: dict[str, click.Group] = {"checker": cli, "checker.selftest": selftest}
REPORT_FORMAT, TEACHER, RECIPE = "docs/report-format.md", "docs/teacher.md", "docs/adding-an-exercise.md"


def test_the_readme_is_short() -> None:
    assert len(text_of("README.md").split()) <= MOST_WORDS


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name.startswith("docs/")])
def test_a_page_says_for_whom_it_is(document: str) -> None:
    title, _, first = text_of(document).splitlines()[:3]
    assert title.startswith("# ")
    assert first.startswith("This page is for ")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_and_picture_leads_somewhere(document: str) -> None:
    path = PROJECT / document
    lost = []
    for link in re.findall(r"\]\((?!https?://)([^)]+)\)", text_of(document)):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        if not target.exists() or (anchor and anchor not in anchors_of(target.read_text("utf-8"))):
            lost.append(link)
    assert lost == []


def test_the_readme_leads_to_every_page() -> None:
    links = set(re.findall(r"\]\(([^)#]+)", text_of("README.md")))
    pages = {name for name in DOCUMENTS if re.fullmatch(r"docs/[^/]+|[A-Z]+\.md", name)} - {"README.md"}
    assert pages - links == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_is_named_exists(document: str) -> None:
    named = [span.split("::") for span in code_spans(text_of(document)) if re.fullmatch(r"tests/[\w/]+\.py::\w+", span)]
    assert [name for file, name in named if f"def {name}(" not in (PROJECT / file).read_text("utf-8")] == []
    assert named or document != "SECURITY.md"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_of_ours_that_is_named_exists(document: str) -> None:
    named = [span for span in code_spans(text_of(document)) if re.fullmatch(r"[\w./-]+/[\w./-]*", span)]
    ours = [span for span in named if span.split("/")[0] in TOP_FOLDERS]
    assert [span for span in ours if not (PROJECT / span).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_exists(document: str) -> None:
    targets = set(re.findall(r"^([\w./-]+):", text_of("Makefile"), re.MULTILINE))
    words = [word for command in named_commands(document, "make") for word in command.split()[1:]]
    assert {word for word in words if "=" not in word} - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_of_the_checker_exists(document: str) -> None:
    for command in named_commands(document, r"python -m checker(?:\.\w+)*|checker"):
        program, *words = shlex.split(command.removeprefix("python -m "))
        if program in COMMANDS:
            require_click_command(COMMANDS[program], words, command)
        else:
            assert words == [], command
            assert hasattr(importlib.import_module(program), "main"), command


def require_click_command(group: click.Group, words: list[str], command: str) -> None:
    """Assert that click would take these words: the command is there, and so is each option."""
    found: click.Command = group
    if isinstance(group, DefaultGroup):
        found = group.commands[words.pop(0) if words and words[0] in group.commands else group.default]
    options = {name: option for option in found.params for name in option.opts if isinstance(option, click.Option)}
    arguments: list[str] = []
    while words:
        word, _, value = words.pop(0).partition("=")
        if not word.startswith("-") or word == "-":
            arguments.append(word)
            continue
        assert word in {*options, "--help", "--version"}, command
        option = options.get(word)
        if option and not option.is_flag and not value:
            value = words.pop(0) if words else ""
        if option and isinstance(option.type, click.Choice) and value:
            assert set(value.split("|")) <= set(option.type.choices), command
    if found is not cli.commands["check"]:
        return
    for argument in arguments:
        is_exercise = argument in built_in() or argument in EXAMPLES | PLACEHOLDERS
        assert is_exercise or argument.endswith((".py", ".ipynb")), command


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_of_the_reference_exists(document: str) -> None:
    for command in named_commands(document, "python -m reference"):
        make_parser().parse_args(shlex.split(command)[3:])  # exits where the command or an option does not exist


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_option_that_prose_names_exists(document: str) -> None:
    known = every_option() | OF_OTHERS
    named = {word for span in code_spans(text_of(document)) for word in re.findall(r"(?<!\S)--[a-z-]+", span)}
    assert named - known == set()


def every_option() -> set[str]:
    commands = [cli, *cli.commands.values(), *selftest.commands.values()]
    options = {name for command in commands for option in command.params for name in option.opts}
    return options | {name for action in every_action(make_parser()) for name in action.option_strings}


def every_action(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        for sub in (action.choices or {}).values() if isinstance(action, argparse._SubParsersAction) else ():
            yield from every_action(sub)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_python_in_a_document_can_be_parsed_and_what_it_imports_of_ours_exists(document: str) -> None:
    for block in re.findall(r"^```python\n(.*?)^```", text_of(document), re.MULTILINE | re.DOTALL):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("checker", "reference"):
                assert [name.name for name in node.names if not is_importable(node.module or "", name.name)] == []


def is_importable(module: str, name: str) -> bool:
    if hasattr(importlib.import_module(module), name):
        return True
    return importlib.util.find_spec(f"{module}.{name}") is not None


def test_every_fixture_is_in_the_page_for_teachers_with_its_type() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", text_of(TEACHER), re.MULTILINE)
    documented = {name: kind.replace("\\|", "|") for name, kind in rows}
    assert {name: documented.get(name) for name, _ in fixtures()} == dict(fixtures())


def fixtures() -> Iterator[tuple[str, str]]:
    """Yield (name, type) of the fixtures that checks may name."""
    for path in (PROJECT / "checker" / "engine").glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any("pytest.fixture" in ast.unparse(d) for d in node.decorator_list):
                assert node.returns is not None
                yield node.name, ast.unparse(node.returns)


def test_every_comparison_is_in_the_page_for_teachers_with_its_types() -> None:
    tree = ast.parse(Path(expect.__file__).read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    signatures = [f"{node.name}({ast.unparse(node.args)})".replace("='", " = '").replace("'", '"') for node in functions]
    assert [signature for signature in signatures if f"`{signature}`" not in text_of(TEACHER)] == []


@pytest.mark.parametrize("document", [TEACHER, RECIPE])
def test_no_comparison_is_named_that_does_not_exist(document: str) -> None:
    named = set(re.findall(r"\bexpect_\w+", text_of(document)))
    assert {name for name in named if not hasattr(expect, name)} == set()


def test_every_shared_check_that_is_named_exists() -> None:
    named = re.findall(r"`(\w+)\.(check_\w+)`", text_of(TEACHER))
    assert len(named) > 5
    for module, name in named:
        assert hasattr(importlib.import_module(f"checker.checks.{module}"), name), name


def test_the_report_format_names_every_key_of_a_graph_and_of_a_session() -> None:
    page = text_of(REPORT_FORMAT)
    keys = [*Outline(()).as_object(), *json.loads(json_learner(ShownLearner("ada", "ada", {}))), *CSV_COLUMNS]
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_the_drawing_of_the_rooms_is_what_the_linter_enforces() -> None:
    config = configparser.ConfigParser()
    config.read(PROJECT / "setup.cfg", "utf-8")
    layers = config["importlinter:contract:rooms"]["layers"].split("\n")
    enforced = [{room.strip().removeprefix("checker.") for room in re.split("[:|]", layer)} for layer in layers if layer]
    (drawing,) = re.findall(r"^```text\n(.*?)^```", text_of("docs/architecture.md"), re.MULTILINE | re.DOTALL)
    drawn = [set(re.split(r"  +", line)[0].split(", ")) for line in drawing.splitlines() if line[0] != " "]
    assert drawn == enforced


def test_every_key_of_a_pack_file_is_documented() -> None:
    page = text_of(TEACHER)
    keys = ["id", "title", "checks", "cases", "subject", "file", "held_out", *EXERCISE_KEYS]
    keys += [field.name for field in fields(Limits)]
    assert [key for key in keys if key != "limits" and f"`{key}`" not in page] == []


def test_the_recipe_makes_a_pack_whose_cases_can_be_read(tmp_path: Path) -> None:
    files = re.findall(r"`PACK/([\w./]+)`:\n\n```\w+\n(.*?)^```", text_of(RECIPE), re.MULTILINE | re.DOTALL)
    for name, content in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    pack = read_pack(tmp_path)
    assert {exercise.id for exercise in pack.exercises} == EXAMPLES
    (exercise,) = pack.exercises
    own = re.findall(r"^def (check_\w+)", exercise.checks.read_text("utf-8"), re.MULTILINE)
    assert exercise.cases is not None
    cases, faults = read_corpus(exercise.cases, Catalog((pack,)))
    assert faults == []
    assert any(case.is_right for case in cases)
    assert {name for case in cases for name in case.fails} == set(own)  # each check of its own has its wrong submission


def test_every_key_of_a_case_is_documented() -> None:
    page = text_of(RECIPE)
    keys = {key for case in SUBMISSIONS.glob("*/case.json") for key in json.loads(case.read_text("utf-8"))}
    assert {key for key in keys if f"`{key}`" not in page} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_sentence_is_too_long(document: str) -> None:
    prose = re.sub(r"^```.*?^```|<!--.*?-->", "", text_of(document), flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^(?:    |#|>).*$", "\n", prose, flags=re.MULTILINE)
    prose = re.sub(r"\]\([^)]*\)", "]", prose)
    sentences = re.split(r"(?<=[.:;!?])\s|\n\s*\n|\n *(?:-|\d+\.) |\|", prose)
    assert [sentence for sentence in sentences if len(sentence.split()) > MOST_WORDS_IN_A_SENTENCE] == []
