"""A network that reads a text character by character: where text enters, what the next character costs, how it writes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import CROSS_ENTROPY_OPS
from checker.evidence.training import Training
from checker.expect import fail
from checker.recompute.model import Model
from checker.subjects import about_operations
from reference import characters
from reference.arrays import FloatArray, IntArray
from reference.datasets import fables
from reference.held_out import held_out_text

from .text_place import Place, find_place, labels_of, read

CLIPPING_OPS = {"L2Loss", "ClipByValue", "Minimum"}
ALIKE = 1e-4  # logits that differ by less are the same


class CharacterModel:
    """The saved network, read with the alphabet of the subject: the characters of the training text, sorted."""

    def __init__(self, model: Model, training: Training) -> None:
        self.model, self.training = model, training
        self.alphabet = characters.alphabet_of(fables()[0])
        self.text = fables()[0]
        self.held_out = characters.numbered(held_out_text("fables"), self.alphabet)
        self._fed = 0  # characters that are fed at once here; `layout` finds out

    @cached_property
    def logits(self) -> list[Tensor]:
        """The scores of the next character; of an unrolled loop, one tensor per step. Raises `Mismatch` without them."""
        graph = self.model.graph
        behind = graph.ancestors(*(loss.tensor.node for loss in graph.losses))
        trained = graph.reached_from(variable.name for variable in graph.trainable)
        entropies = [node for node in graph.of_op(*CROSS_ENTROPY_OPS) if node in behind & trained]
        found = list(dict.fromkeys(graph.inputs(node)[0] for node in entropies)) or graph.scores()[:1]
        if not found:
            hint = "tf.nn.sparse_softmax_cross_entropy_with_logits takes them, and the numbers of the next characters"
            fail(self.model.where, "scores that enter a softmax cross entropy", "none that depend on variables", hint)
        return found

    @cached_property
    def behind(self) -> set[str]:
        """The nodes that the logits are computed from."""
        return self.model.graph.ancestors(*(tensor.node for tensor in self.logits))

    @cached_property
    def place(self) -> Place:
        """Where the text enters. Raises `Mismatch` where none does."""
        return find_place(self.training, self.behind, self.alphabet)

    def shifted(self) -> tuple[float, list[str]] | None:
        """Return how often what is fed besides is the next character, and a row of both; None where that is not known."""
        rows = self.place.rows
        labels = labels_of(self.place, self.behind, len(self.alphabet)) if self.place.is_whole else []
        if not labels:
            return None
        shares = [float(np.mean(each[:, :-1] == rows[:, 1:])) for each in labels]
        best = int(np.argmax(shares))
        return shares[best], [read(rows[0], self.alphabet), read(labels[best][0], self.alphabet)]

    # The state

    @cached_property
    def states(self) -> list[str]:
        """The placeholders and the variables, not trained, that the logits start from besides the text."""
        graph, place = self.model.graph, self.place
        fed = [name for name, array in place.feeds.arrays.items() if name in self.behind and name != place.node]
        fed = [name for name in fed if place.feeds.arrays[name].size > 1 and place.feeds.arrays[name].dtype.kind == "f"]
        held = [each for name, each in graph.variables.items() if name in self.behind and not each.trainable]
        return fed + [each.name for each in held if each.shape and each.dtype.startswith("float")]

    @property
    def is_carried(self) -> bool:
        """Whether a state goes on from call to call: what was fed is not always 0, or a variable is assigned."""
        assigned = {update.variable for update in self.model.graph.updates}
        fed = [
            array
            for calls in self.training.kinds
            for s in calls.samples
            for name, array in s.arrays.items()
            if name in self.states
        ]
        return any(array.any() for array in fed) or not assigned.isdisjoint(self.states)

    @property
    def is_clipped(self) -> bool:
        """Whether something shortens gradients between the loss and the updates."""
        graph = self.model.graph
        forward = graph.ancestors(*(loss.tensor.node for loss in graph.losses)) | self.behind
        behind = graph.ancestors(*(tensor.node for update in graph.updates for tensor in update.reads)) - forward
        return any(graph.op(name) in CLIPPING_OPS for name in behind)

    # What it guesses

    @cached_property
    def layout(self) -> tuple[bool, int]:
        """Whether logits come as [time, batch], and how many of the characters that are fed are not guessed from: 0 or 1."""
        graph, place = self.model.graph, self.place
        declared = {**graph.placeholders, **graph.defaults}.get(place.node)
        shape = declared.shape if declared else None
        is_open = shape is None or len(shape) < 2 or shape[0 if place.time_first else 1] is None
        self._fed = characters.WINDOW if is_open else place.shape[1]
        windows = np.resize(self._cut(self.held_out, self._fed)[:, :-1], (place.shape[0], self._fed))
        (values,) = self._run([windows])
        extra = min(max(self._fed - values.size // values.shape[-1] // place.shape[0], 0), 1)
        reach = self._fed - extra
        self._require_sizes(values, place.shape[0] * reach)
        # Where another last character of the first row shows: at the end of that row, or in the last row's first place.
        other = windows.copy()
        other[0, reach - 1] = (other[0, reach - 1] + 1) % len(self.alphabet)
        changed = int(np.abs(self._run([other])[0] - values).reshape(-1, values.shape[-1]).max(axis=1).argmax())
        return changed != reach - 1, extra

    @property
    def time(self) -> int:
        """The number of characters that it reads at once here, and guesses from."""
        extra = self.layout[1]
        return self._fed - extra

    def guess(self, windows: IntArray) -> FloatArray:
        """Return the logits [windows, time, size] for windows [n, time] of characters, each read from a state of zeros."""
        is_time_first, extra = self.layout
        batch, time = self.place.shape[0], windows.shape[1]
        fed = np.concatenate([windows, windows[:, :extra]], axis=1)
        count = -(-len(fed) // batch)
        padded = np.concatenate([fed, np.repeat(fed[:1], count * batch - len(fed), axis=0)])
        found = self._run(np.split(padded, count))
        return np.concatenate([_ordered(each, (batch, time, each.shape[-1]), is_time_first) for each in found])[
            : len(windows)
        ]

    def _run(self, batches: Sequence[IntArray]) -> list[FloatArray]:
        rows = self.model.run(self.logits, [self._feeds(each) for each in batches])
        return [np.concatenate([np.atleast_2d(each) for each in row]) for row in rows]

    def _switch(self, name: str) -> NDArray[Any]:
        """Return what was fed besides, such as the rate of a dropout: by calls that measure, else by those that train."""
        measuring = [calls for calls in self.training.log.feeding(self.place.node, name) if calls not in self.training.kinds]
        samples = [sample for calls in measuring for sample in calls.samples if name in sample.arrays]
        return next(iter(samples), self.place.feeds).arrays[name]

    def _feeds(self, windows: IntArray) -> dict[Tensor, NDArray[Any]]:
        place, graph = self.place, self.model.graph
        read_now = windows.T if place.time_first else windows
        size = place.feeds.shapes[place.node][2] if place.is_one_hot else 0
        feeds: dict[Tensor, NDArray[Any]] = {Tensor(place.node): np.eye(size)[read_now] if size else read_now}
        for name, shape in place.feeds.shapes.items():
            if name in self.behind and name != place.node:
                feeds[Tensor(name)] = np.zeros(shape) if name in self.states else self._switch(name)
        for name in self.states:
            if name in graph.variables:
                feeds[Tensor(name)] = np.zeros([size or 1 for size in graph.variables[name].shape or ()])
        return feeds

    def _require_sizes(self, values: FloatArray, read: int) -> None:
        """Raise `Mismatch` unless there is a score of each character for each of those that are read."""
        size = values.shape[-1]
        if values.size != read * size or size < len(self.alphabet):
            fail(
                about_operations(self.model.where, [tensor.node for tensor in self.logits]),
                f"scores for {len(self.alphabet)} characters, for each of {read} that are read",
                f"scores of shape {list(values.shape)}",
                "every character that is read is followed by one: a guess for each",
                "other-logits",
            )

    def bits(self, logits: FloatArray, windows: IntArray) -> float:
        """Return the bits per character of windows [n, time + 1]: of the second halves, as the first ones warm it up."""
        half = logits.shape[1] // 2
        guessed = logits[:, half:].reshape(-1, logits.shape[2])
        return characters.bits_of(guessed, windows[:, half + 1 : logits.shape[1] + 1].reshape(-1))

    @cached_property
    def held_out_bits(self) -> float:
        """The bits per character of the held-out fables."""
        windows = self._cut(self.held_out, self.time)
        return self.bits(self.guess(windows[:, :-1]), windows)

    def _cut(self, text: IntArray, time: int) -> IntArray:
        """Return windows [n, time + 1] of a text whose second halves follow each other."""
        starts = range(0, len(text) - time - 1, time - time // 2)
        return np.stack([text[start : start + time + 1] for start in starts])

    @property
    def remembers(self) -> bool:
        """Whether a guess depends on more than the last character."""
        windows = self._cut(self.held_out, self.time)[:2, :-1].copy()
        windows[1, -1] = windows[0, -1]
        first, second = self.guess(windows)[:, -1]
        return bool(np.abs(first - second).max() > ALIKE)

    def continuations(self, prompts: Sequence[str], length: int, temperature: float) -> list[str]:
        """Return what it writes after prompts, each at least as long as what it reads at once."""
        random = np.random.default_rng(0)
        windows = np.stack([characters.numbered(prompt, self.alphabet)[-self.time :] for prompt in prompts])
        written: list[IntArray] = []
        for _ in range(length):
            scores = self.guess(windows)[:, -1, : len(self.alphabet)] / temperature
            chances = np.exp(scores - scores.max(axis=1, keepdims=True)).cumsum(axis=1)
            drawn = (chances < random.random((len(windows), 1)) * chances[:, -1:]).sum(axis=1)
            windows = np.concatenate([windows[:, 1:], drawn[:, None]], axis=1)
            written.append(drawn)
        return [read(row, self.alphabet) for row in np.stack(written, axis=1)]


def _ordered(values: FloatArray, shape: tuple[int, int, int], is_time_first: bool) -> FloatArray:
    """Return logits as [batch, time, size]."""
    batch, time, size = shape
    if is_time_first:
        return np.asarray(values, np.float64).reshape(time, batch, size).transpose(1, 0, 2)
    return np.asarray(values, np.float64).reshape(batch, time, size)
