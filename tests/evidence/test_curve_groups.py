"""Curves of several trainings are told apart by their folders, and only one of them has to agree."""

from __future__ import annotations

import pytest

from checker.evidence.curve_groups import expect_one, group_curves, training_of
from checker.evidence.curves import Curve
from checker.evidence.graph import Graph
from checker.evidence.runs import Point
from checker.evidence.session_record import SessionLog
from checker.evidence.training import Training
from checker.expect import expect
from checker.outcome import Mismatch


def curve(run: str, value: float = 1.0, time: float = 0.0) -> Curve:
    return Curve("logdir/ex04", run, "loss", [Point(0, time, value)])


@pytest.mark.parametrize(
    ("one", "other"),
    [("train", "test"), ("rate_0.1/train", "rate_0.1/test"), ("sgd_train", "sgd_test"), ("a/training", "a/Validation")],
)
def test_training_and_test_of_one_training_belong_together(one: str, other: str) -> None:
    assert training_of(curve(one)) == training_of(curve(other))


@pytest.mark.parametrize(("one", "other"), [("rate_0.1/train", "rate_0.01/train"), ("sgd_test", "adam_test"), ("1", "2")])
def test_two_trainings_have_folders_of_their_own(one: str, other: str) -> None:
    assert training_of(curve(one)) != training_of(curve(other))


def test_without_a_record_of_several_trainings_all_curves_are_of_one() -> None:
    curves = [curve("a/train"), curve("b/train")]
    assert group_curves(curves, Training(Graph.from_graph_def(b""), SessionLog())) == [curves]


def test_one_training_is_enough_and_the_last_is_told_of() -> None:
    groups = [[curve("b", 2.0)], [curve("a", 1.0)]]

    def is_near(wanted: float, group: list[Curve]) -> None:
        expect(group[0].values == [wanted], group[0].where, str(wanted), str(group[0].values), "hint")

    expect_one(groups, lambda group: is_near(1.0, group))
    with pytest.raises(Mismatch) as caught:
        expect_one(groups, lambda group: is_near(3.0, group))
    assert "logdir/ex04/b" in caught.value.where
