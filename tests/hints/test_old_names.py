"""The names of TensorFlow 0.7: each is there today, or what took its place is, and the page tells of all of them."""

from __future__ import annotations

import json

import pytest

from checker.exercise import Limits
from checker.hints import hint_for
from checker.hints.old_names import OldName, groups, name_today
from checker.sandbox.box import Box
from tests.support.api_document import DOCUMENT, document
from tests.support.script_text import IMPORTS

NAMES = [each for names in groups().values() for each in names]
LOOK_FOR = """
import functools, json
def is_there(name):
    try:
        return functools.reduce(getattr, name.split("."), tf) is not None
    except AttributeError:
        return False
print(json.dumps([name for name in {names!r} if is_there(name)]))
"""


@pytest.fixture(scope="module")
def there(box: Box) -> set[str]:
    """The names of TensorFlow that are asked for and exist: it is not imported here, where other tests follow."""
    names = [each.today or each.name for each in NAMES]
    with box.job_folder() as folder:
        script = folder / "script.py"
        script.write_text(IMPORTS + LOOK_FOR.format(names=names), "utf-8")
        result = box.run("script", folder, Limits(time_s=300), {}, script=str(script))
    assert result.exit_code == 0, result.stderr.decode()
    return set(json.loads(result.stdout))


@pytest.mark.parametrize("old", [each for each in NAMES if each.today], ids=lambda each: each.name)
def test_what_a_name_is_today_exists(old: OldName, there: set[str]) -> None:
    assert old.today in there


@pytest.mark.parametrize("old", [each for each in NAMES if not each.today], ids=lambda each: each.name)
def test_a_name_that_has_gone_is_not_there(old: OldName, there: set[str]) -> None:
    assert old.name not in there
    assert old.note


def test_the_groups_have_as_many_names_as_the_documentation_of_0_7() -> None:
    sizes = [26, 14, 32, 31, 80, 26, 35, 11, 30, 2, 34, 20, 35, 1, 6, 12, 2]
    assert [len(names) for names in groups().values()] == sizes


def test_the_page_is_made_of_the_table() -> None:
    assert DOCUMENT.read_text("utf-8") == document(), "make it again: python -m tests.support.api_document"


@pytest.mark.parametrize("module", ["tensorflow", "tensorflow._api.v1.compat.v1", "tensorflow.compat.v1"])
def test_a_name_that_has_gone_is_hinted_at_with_that_of_today(module: str) -> None:
    hint = hint_for(f"AttributeError: module '{module}' has no attribute 'scalar_summary'")
    assert hint == "scalar_summary is a name of TensorFlow 0.7: look at tf.summary.scalar"


@pytest.mark.parametrize("name", ["ReLU", "Variabel", "global_variables"])
def test_other_names_get_no_hint_of_another_time(name: str) -> None:
    assert name_today(name) == ""
    assert "0.7" not in hint_for(f"AttributeError: module 'tensorflow.compat.v1' has no attribute '{name}'")
