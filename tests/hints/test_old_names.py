"""The names of TensorFlow 0.7: each is there today, or what took its place is, and the page tells of all of them."""

from __future__ import annotations

from functools import reduce

import pytest
import tensorflow.compat.v1 as tf

from checker.hints import hint_for
from checker.hints.old_names import OldName, groups, name_today
from tests.support.api_document import DOCUMENT, document

NAMES = [each for names in groups().values() for each in names]


@pytest.mark.parametrize("old", [each for each in NAMES if each.today], ids=lambda each: each.name)
def test_what_a_name_is_today_exists(old: OldName) -> None:
    assert reduce(getattr, old.today.split("."), tf) is not None


@pytest.mark.parametrize("old", [each for each in NAMES if not each.today], ids=lambda each: each.name)
def test_a_name_that_has_gone_is_not_there(old: OldName) -> None:
    assert not hasattr(tf, old.name)
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
