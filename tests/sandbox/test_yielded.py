"""Of a call, the outputs of iterators are known that it reads anyway: no others, or an iterator would move on."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from checker.sandbox.yielded import Yielded

NUMBERS = SimpleNamespace(is_floating=True, is_integer=False, is_bool=False)
TEXTS = SimpleNamespace(is_floating=False, is_integer=False, is_bool=False)


@dataclass
class FakeOperation:
    name: str
    type: str = "Identity"
    inputs: list[Any] = field(default_factory=list)
    control_inputs: list[Any] = field(default_factory=list)
    dtypes: tuple[Any, ...] = (NUMBERS,)

    @property
    def outputs(self) -> list[Any]:
        named = ((f"{self.name}:{index}", dtype) for index, dtype in enumerate(self.dtypes))
        return [SimpleNamespace(name=name, dtype=dtype, op=self) for name, dtype in named]


class FakeGraph:
    def __init__(self, *operations: FakeOperation, inside_a_branch: tuple[str, ...] = ()) -> None:
        self.operations = {operation.name: operation for operation in operations}
        self.inside_a_branch = inside_a_branch

    def get_operation_by_name(self, name: str) -> FakeOperation:
        return self.operations[name]

    def is_fetchable(self, operation: FakeOperation) -> bool:
        return operation.name not in self.inside_a_branch


def test_what_a_call_reads_is_found_and_not_what_another_reads() -> None:
    train = FakeOperation("next", "IteratorGetNext", dtypes=(NUMBERS, NUMBERS))
    test = FakeOperation("next_1", "IteratorGetNext")
    loss = FakeOperation("loss", inputs=train.outputs[:1])
    step = FakeOperation("step", "NoOp", control_inputs=[loss])
    graph = FakeGraph(train, test, loss, step)
    assert Yielded().behind(graph, ["step"]) == ["next:0", "next:1"]
    assert Yielded().behind(graph, ["next_1:0"]) == ["next_1:0"]


def test_words_and_what_no_session_can_fetch_are_left_out() -> None:
    names = FakeOperation("next", "IteratorGetNext", dtypes=(TEXTS, NUMBERS))
    assert Yielded().behind(FakeGraph(names), ["next:1"]) == ["next:1"]
    assert Yielded().behind(FakeGraph(names, inside_a_branch=("next",)), ["next:1"]) == []


def test_fetches_that_are_not_there_give_nothing() -> None:
    assert Yielded().behind(FakeGraph(), ["loss:0"]) == []
