"""Every text is translated, with its placeholders and the spaces that French has; what is installed is what was translated."""

from __future__ import annotations

import ast
import re

import pytest

from checker.pack_file import LANGUAGES
from checker.translation import LANGUAGE, VARIABLE, _, chosen, language, plural
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT
from tests.support.po_files import is_fresh, texts_in_code, translations

OTHERS = [each for each in LANGUAGES if each != LANGUAGE]
PLACEHOLDER = re.compile(r"\{[^}]*\}")


@pytest.mark.parametrize("other", OTHERS)
def test_the_translations_are_those_of_the_code(other: str) -> None:
    assert translations(other).keys() == texts_in_code(), "make locale, then translate what is new in checker.po"


@pytest.mark.parametrize("other", OTHERS)
def test_every_text_is_translated_with_its_placeholders(other: str) -> None:
    for key, message in translations(other).items():
        for said in _forms(message.string):
            assert said.strip(), key
            assert {*PLACEHOLDER.findall(said)} == {*PLACEHOLDER.findall(_forms(key)[0])}, key
        assert not message.fuzzy, key


@pytest.mark.parametrize("other", OTHERS)
def test_what_is_installed_is_what_was_translated(other: str) -> None:
    assert is_fresh(other), "make locale"


def test_french_signs_have_their_spaces() -> None:
    said = [form for message in translations("fr").values() for form in _forms(message.string)]
    assert [text for text in said if re.search(r" [:;!?]", text)] == []


@pytest.mark.parametrize("exercise", CATALOG)
def test_french_signs_in_tasks_have_their_spaces(exercise: str) -> None:
    file = CATALOG[exercise].tasks
    assert file
    french = [line for line in file.read_text("utf-8").splitlines() if re.match(r"\w+\.fr = ", line)]
    assert len(french) >= 12
    assert [line for line in french if re.search(r" [:;!?]", line)] == []


def test_a_text_is_written_where_it_is_translated() -> None:
    """Only a text in the call is found by the tool that collects them, and in an f-string none is."""
    calls = [
        (path, call) for path in (PROJECT / "checker").rglob("*.py") for call in _calls(ast.parse(path.read_text("utf-8")))
    ]
    assert len(calls) > 30
    assert [f"{path.name}, line {call.lineno}" for path, call in calls if not all(map(_is_constant, _texts(call)))] == []
    written = {text.value for _path, call in calls for text in _texts(call) if isinstance(text, ast.Constant)}
    found = {text for key in texts_in_code(with_templates=False) for text in _forms(key)}
    assert written == found


def test_a_text_is_in_the_language_of_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    for asked, found, said in (("fr_FR.UTF-8", "fr", "fait"), ("de", "en", "done"), ("", "en", "done")):
        monkeypatch.setenv(VARIABLE, asked)
        assert (language(), _("done"), chosen({"en": "done", "fr": "fait"})) == (found, said, said)


def test_a_number_has_its_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "en")
    assert [plural("; {count} TODO left", "; {count} TODOs left", count) for count in (1, 2)] == [
        "; 1 TODO left",
        "; 2 TODOs left",
    ]
    monkeypatch.setenv(VARIABLE, "fr")
    assert plural("; {count} TODO left", "; {count} TODOs left", 3) == "\u202f; il reste 3 TODO"


def _calls(tree: ast.AST) -> list[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("_", "plural")]


def _texts(call: ast.Call) -> list[ast.expr]:
    assert isinstance(call.func, ast.Name)
    return call.args[: 2 if call.func.id == "plural" else 1]


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _forms(found: object) -> list[str]:
    return list(found) if isinstance(found, (list, tuple)) else [str(found)]
