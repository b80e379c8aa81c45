"""Checkpoints go from TensorFlow 1.15 to 2.21 and back, and no bit of a value changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from checker.evidence.checkpoint import newest_prefix
from checker.sandbox.box import Box
from checker.sandbox.evaluator import Evaluator
from tests.support.restored_across import IMPORTED, RESTORED, SAVED, STARTED
from tests.support.two_tensorflows import EXERCISES, TF1, TF2, Both, TwoTensorflows

if TYPE_CHECKING:
    from tests.support.restored_across import Arrays

WITHOUT = {"formula", "hello", "optimisers", "tensors"}  # save nothing
SAVING = [name for name in EXERCISES if name not in WITHOUT]
WITHOUT_SEEDS = {"models"}  # its operations have no seeds of their own: what a graph's seed makes of them differs


def parts(values: Arrays) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Return dtype, shape and bits of each array."""
    return {name: (value.dtype.str, value.shape, value.tobytes()) for name, value in values.items()}


@pytest.mark.parametrize("exercise", WITHOUT)
def test_a_script_without_a_checkpoint_has_none_on_either(both: Both) -> None:
    assert [ran.prefixes() for ran in both] == [[], []]


@pytest.mark.parametrize("exercise", SAVING)
def test_both_save_the_same_variables(both: Both, restored_across: TwoTensorflows) -> None:
    assert both.tf1.prefixes() == both.tf2.prefixes() != []
    for prefix in both.tf1.prefixes():
        first, second = (parts(restored_across.answer(each, both.exercise, prefix, SAVED)) for each in (TF1, TF2))
        assert {name: each[:2] for name, each in first.items()} == {name: each[:2] for name, each in second.items()}


@pytest.mark.parametrize("exercise", [name for name in SAVING if name not in WITHOUT_SEEDS])
def test_equal_seeds_begin_with_equal_values(both: Both, restored_across: TwoTensorflows) -> None:
    for prefix in both.tf1.prefixes():
        first, second = (parts(restored_across.answer(each, both.exercise, prefix, STARTED)) for each in (TF1, TF2))
        assert first == second


@pytest.mark.parametrize("exercise", SAVING)
def test_each_restores_what_the_other_saved(both: Both, restored_across: TwoTensorflows) -> None:
    for prefix in both.tf1.prefixes():
        for version, other, questions in ((TF1, TF2, [RESTORED]), (TF2, TF1, [RESTORED, IMPORTED])):
            saved = parts(restored_across.answer(other, both.exercise, prefix, SAVED))
            for question in questions:
                assert parts(restored_across.answer(version, both.exercise, prefix, question)) == saved


@pytest.mark.parametrize("exercise", SAVING)
def test_the_checker_reads_what_tensorflow_1_saved(both: Both, restored_across: TwoTensorflows, box: Box) -> None:
    newest = newest_prefix(both.tf1.logdir)
    assert newest
    read, unreadable = Evaluator(box).dump(newest)
    assert unreadable == {}
    prefix = newest.relative_to(both.tf1.logdir).as_posix()
    assert parts(read) == parts(restored_across.answer(TF1, both.exercise, prefix, SAVED))
