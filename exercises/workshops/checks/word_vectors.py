"""Words as vectors: which row belongs to which word, what held-out pairs cost, and which words are neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Variable
from checker.evidence.graph import MATRIX_PRODUCT_OPS, Graph
from checker.evidence.labels import Labels
from checker.evidence.training import Training
from checker.expect import fail, listed
from checker.recompute.model import Model
from checker.subjects import about_operations
from reference import words
from reference.arrays import FloatArray, IntArray
from reference.datasets import fables
from reference.held_out import held_out_text

BESIDE = range(1, 11)  # words: no usual window is wider, on each side
FEWEST_PAIRS = 50  # of a sample that is judged
LISTED = 3  # neighbours that follow a word where neighbours are printed
AMONG = 20  # of the nearest rows, by whatever distance
MOST_TRIED = 6  # matrices: each pair of them is tried
TRANSPOSING = ("transpose_b", "adj_y")


@dataclass(frozen=True)
class Parts:
    """The variables of skip-gram: a vector of each word, and what scores every other word."""

    vectors: Variable
    weights: Variable | None  # None where the vectors themselves do
    gain: float  # see `reference.words.gain_over_frequencies`
    loss: float  # of held-out pairs


class WordVectors:
    """The matrices of a checkpoint, read with the labels that the script gave to their rows."""

    def __init__(self, model: Model, labels: Labels, vocabulary: tuple[str, ...], training: Training) -> None:
        self.model, self.labels, self.training = model, labels, training
        self.vocabulary = tuple(word.lower() for word in vocabulary)
        self.cut, self.covered = words.best_cut(self.vocabulary, fables()[0])

    @cached_property
    def known(self) -> IntArray:
        """The rows whose labels are words of the training text; a label for all rare words is none."""
        text = set(self.cut(fables()[0]))
        return np.array([row for row, word in enumerate(self.vocabulary) if word in text], np.int64)

    @cached_property
    def text(self) -> IntArray:
        """The training text as numbers: places in `known`."""
        return words.numbered(self.cut(fables()[0]), self._words)

    @cached_property
    def counts(self) -> FloatArray:
        """How often each word of `known` comes in the training text."""
        return words.counts_of(self.cut(fables()[0]), self._words)

    @cached_property
    def held_out_pairs(self) -> IntArray:
        """Pairs of neighbours in the held-out fables."""
        return words.pairs_of(words.numbered(self.cut(held_out_text("fables")), self._words))

    @cached_property
    def _words(self) -> list[str]:
        return [self.vocabulary[row] for row in self.known]

    @cached_property
    def matrices(self) -> list[Variable]:
        """The trained matrices with a row, or a column, for each label; that of the configuration comes first."""
        size = len(self.vocabulary)
        found = [each for each in self.model.graph.variables.values() if each.trainable and each.shape is not None]
        found = [each for each in found if each.shape and len(each.shape) == 2 and size in each.shape]
        return sorted(found, key=lambda each: self.labels.tensor not in (each.name, each.key))[:MOST_TRIED]

    @cached_property
    def parts(self) -> Parts:
        """The matrices as they guess held-out pairs best. Raises `Mismatch` where there is none."""
        first = self.matrices[:1]
        named = bool(first) and self.labels.tensor in (first[0].name, first[0].key)
        tried: list[tuple[Variable, Variable | None]] = [
            (vectors, weights) for vectors, weights in permutations(self.matrices, 2) if not named or vectors in first
        ]
        tried = tried or [(each, None) for each in first]
        found = [part for vectors, weights in tried for part in self._judged(vectors, weights)]
        if not found:
            trained = self.model.graph.trainable
            fail(
                about_operations(self.model.where, [each.name for each in trained]),
                f"a trained matrix with a row for each of the {len(self.vocabulary):,} labels",
                listed(map(str, trained), "nothing is trained"),
                "one label per row of the variable, in the order of the rows; a file with one column has no heading",
                "no-vectors",
            )
        return max(found, key=lambda part: part.gain)

    def _judged(self, vectors: Variable, weights: Variable | None) -> list[Parts]:
        """Return two matrices with what they say of held-out pairs; nothing where they do not fit together."""
        given, taken = self.rows(vectors), self.rows(weights or vectors)
        if given is None or taken is None or given.shape[1] != taken.shape[1]:
            return []
        scores = given @ taken.T + self._biases
        # Compared with words that are drawn as often as they come, a score says how much more often than by chance.
        found = [scores, scores + np.log(self.counts)]
        gains = [words.gain_over_frequencies(each, self.counts, self.held_out_pairs) for each in found]
        losses = [words.softmax_loss(each, self.held_out_pairs) for each in found]
        return [Parts(vectors, weights, max(gains), min(losses))]

    def rows(self, variable: Variable) -> FloatArray | None:
        """Return the rows of the words that are known; None without a value."""
        value = self.model.values.get(variable.name)
        if value is None or value.ndim != 2:
            return None
        whole: NDArray[np.float64] = np.asarray(value, np.float64)
        whole = whole if len(whole) == len(self.vocabulary) else whole.T
        return whole[self.known]

    @cached_property
    def _biases(self) -> FloatArray:
        size, values = len(self.vocabulary), self.model.values
        trained = [each.name for each in self.model.graph.variables.values() if each.trainable]
        found = [values[name] for name in trained if name in values and values[name].shape == (size,)]
        return np.asarray(found[0], np.float64)[self.known] if found else np.zeros(len(self.known))

    @cached_property
    def shared(self) -> float:
        """See `reference.words.shared_neighbours`."""
        vectors = self.rows(self.parts.vectors)
        assert vectors is not None  # `parts` has judged them
        return words.shared_neighbours(vectors, self.text, self.counts)

    # What was fed

    def fed_pairs(self) -> tuple[float, list[str]] | None:
        """Return which share of the pairs on record stand near each other in the training text, and some that do not.

        None where no pairs are on record.
        """
        pairs = words.pairs_of(self.text, BESIDE)
        size = len(self.known)
        near = np.unique(pairs[:, 0] * size + pairs[:, 1])
        places = np.full(len(self.vocabulary), -1)
        places[self.known] = np.arange(size)
        fed = [pair for calls in self.training.kinds for sample in calls.samples for pair in _pairs(sample.arrays.values())]
        rows = np.concatenate(fed) if fed else np.zeros((0, 2), np.int64)
        rows = rows[((rows >= 0) & (rows < len(self.vocabulary))).all(axis=1)]
        found = places[rows]
        found = found[(found >= 0).all(axis=1)]
        if len(found) < FEWEST_PAIRS:
            return None
        right = np.isin(found[:, 0] * size + found[:, 1], near)
        strange = [f"{self._words[a]} {self._words[b]}" for a, b in found[~right][:3]]
        return float(right.mean()), strange

    # What was printed

    def printed(self, text: str) -> list[str]:
        """Return the words that a text names with neighbours after them, as the checkpoint gives these."""
        rows = {self.vocabulary[row]: place for place, row in enumerate(self.known)}
        named = [rows[word] for word in self.cut(text) if word in rows]
        found = []
        for at, place in enumerate(named):
            after = [each for each in named[at + 1 : at + LISTED + 3] if each != place][:LISTED]
            if len(after) == LISTED and set(after) <= self._near(place):
                found.append(self._words[place])
        return list(dict.fromkeys(found))

    def _near(self, place: int) -> set[int]:
        """Return the rows that are nearest to one, by the cosine, the scalar product or the distance."""
        vectors = self.rows(self.parts.vectors)
        assert vectors is not None  # `parts` has judged them
        lengths = np.maximum(np.linalg.norm(vectors, axis=1), words.SMALLEST)
        products = vectors @ vectors[place]
        measures = (products / lengths, products, -np.linalg.norm(vectors - vectors[place], axis=1))
        return {int(row) for measure in measures for row in np.argsort(-measure)[: AMONG + 1]}

    def nearest_to(self, count: int) -> list[str]:
        """Return some frequent words, each with what the checkpoint gives as its neighbours, for a message."""
        vectors = self.rows(self.parts.vectors)
        assert vectors is not None  # `parts` has judged them
        near = words.nearest(vectors, LISTED)
        often = np.argsort(-self.counts)[:count]
        return [f"{self._words[row]}: {' '.join(self._words[each] for each in near[row])}" for row in often]


def scores_all_words(graph: Graph, matrices: list[Variable]) -> list[str]:
    """Return the products behind a loss that give a score to every word, not only to those that are drawn."""
    behind = graph.ancestors(*(loss.tensor.node for loss in graph.losses))
    sizes = {each.name: each.shape for each in matrices}
    found = []
    for node in graph.of_op(*MATRIX_PRODUCT_OPS):
        inputs = graph.inputs(node)
        if node not in behind or len(inputs) != 2:
            continue
        turned = any(graph.nodes[node].attr[name].b for name in TRANSPOSING)
        second = graph.handed_on_from(inputs[1])
        if graph.op(second.node) == "Transpose":
            turned, second = not turned, graph.inputs(second.node)[0]
        shape = sizes.get(graph.variable_behind(second) or "")
        if shape and shape[0 if turned else 1] == max(size or 0 for size in shape):
            found.append(node)
    return found


def _pairs(arrays: Iterable[NDArray[Any]]) -> list[IntArray]:
    """Return the two columns of whole numbers that one call fed, as pairs; nothing where it did not feed two."""
    numbers = [each.reshape(-1) for each in arrays if each.dtype.kind in "iu" and each.size > 1]
    if len(numbers) != 2 or len(numbers[0]) != len(numbers[1]):
        return []
    return [np.stack(numbers, axis=1).astype(np.int64)]
