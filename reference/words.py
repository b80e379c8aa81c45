"""Words in NumPy: how a text is cut and numbered, what its pairs cost, and which words stand in similar places."""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from reference.arrays import FloatArray, IntArray

DISTANCES = (1, 2)  # from a word to the other one of a pair: every usual window holds them
FREQUENT, NEAREST = 200, 10  # the words whose neighbours are compared, and how many of each
COUNTED = 16  # dimensions of the vectors that come from counting
SMALLEST = 1e-12
SHARES = np.linspace(0, 0.95, 20)  # of a guess in a mixture

Cut = Callable[[str], list[str]]


def cut(text: str) -> list[str]:
    """Return the words of a text as the subject cuts them: runs of letters, in small letters."""
    return re.findall(r"[^\W\d_]+", text.lower())


# Other ways in which an honest script may cut: with the apostrophe or the hyphen, or at spaces.
CUTS: tuple[Cut, ...] = (
    cut,
    lambda text: re.findall(r"\w+", text.lower()),
    lambda text: re.findall(r"[^\W\d_]+'?", text.lower()),
    lambda text: re.findall(r"[^\W\d_]+(?:[-'][^\W\d_]+)*", text.lower()),
    lambda text: re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*'?", text.lower()),
    lambda text: text.lower().split(),
    lambda text: [word.strip(".,;:!?\"'()-") for word in text.lower().split()],
    lambda text: re.findall(r"\w+|[^\w\s]", text.lower()),
)


def best_cut(vocabulary: Iterable[str], text: str) -> tuple[Cut, float]:
    """Return the way of cutting under which a vocabulary covers most of a text, and the share of words it covers."""
    known = set(vocabulary)
    shares = [float(np.mean([word in known for word in way(text)] or [False])) for way in CUTS]
    return CUTS[int(np.argmax(shares))], max(shares)


def make_vocabulary(words: Sequence[str], least_often: int) -> list[str]:
    """Return the words that come so often or more, the most frequent first."""
    return [word for word, count in collections.Counter(words).most_common() if count >= least_often]


def counts_of(words: Iterable[str], vocabulary: Sequence[str]) -> FloatArray:
    """Return how often each word of a vocabulary comes; one at least, so that no logarithm is infinite."""
    counts = collections.Counter(words)
    return np.array([max(counts[word], 1) for word in vocabulary], np.float64)


def numbered(words: Iterable[str], vocabulary: Sequence[str]) -> IntArray:
    """Return the numbers of the words that a vocabulary holds, in the order of the text; the others are left out."""
    numbers = {word: number for number, word in enumerate(vocabulary)}
    return np.array([numbers[word] for word in words if word in numbers], np.int64)


def pairs_of(numbers: IntArray, distances: Iterable[int] = DISTANCES) -> IntArray:
    """Return pairs [n, 2] of a word and one at some distance from it, in both orders."""
    pairs = [np.stack([numbers[:-distance], numbers[distance:]], axis=1) for distance in distances]
    return np.concatenate([*pairs, *(pair[:, ::-1] for pair in pairs)])


def frequency_loss(counts: FloatArray, pairs: IntArray) -> float:
    """Return the mean cross entropy of the second words, guessed from nothing but how often each word comes."""
    return float(-np.log(counts / counts.sum())[pairs[:, 1]].mean())


def softmax_loss(scores: FloatArray, pairs: IntArray) -> float:
    """Return the mean cross entropy of pairs [n, 2]; row by row, scores [words, words] say how likely each other word is."""
    return float(-_logarithms(scores, pairs).mean())


def gain_over_frequencies(scores: FloatArray, counts: FloatArray, pairs: IntArray) -> float:
    """Return by how much a guess from scores [words, words] betters one from how often each word comes, in nats per pair.

    Of both guesses, the best mixture counts. So a network that was trained for too long still shows what it has learnt, and
    one that has learnt nothing gains nothing.
    """
    guessed = np.exp(_logarithms(scores, pairs))
    often = (counts / counts.sum())[pairs[:, 1]]
    mixed = [np.log(share * guessed + (1 - share) * often).mean() for share in SHARES]
    return float(max(mixed) - np.log(often).mean())


def _logarithms(scores: FloatArray, pairs: IntArray) -> FloatArray:
    """Return the logarithm of the probability that the softmax of each row gives the right word of a pair."""
    top = scores.max(axis=1)
    total = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))  # [words]
    return np.asarray(scores[pairs[:, 0], pairs[:, 1]] - total[pairs[:, 0]])


def nearest(vectors: FloatArray, most: int) -> IntArray:
    """Return the rows [n, most] with the largest cosines, for each row; never the row itself."""
    directions = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), SMALLEST)
    cosines = directions @ directions.T
    np.fill_diagonal(cosines, -np.inf)
    return np.argsort(-cosines, axis=1, kind="stable")[:, :most]


def counted_vectors(numbers: IntArray, size: int, distances: Iterable[int] = DISTANCES) -> FloatArray:
    """Return vectors [size, COUNTED] of words, from nothing but how often each two of them stand beside each other.

    They are the largest components of the logarithms of these counts.
    """
    found: FloatArray = np.zeros((size, size))
    pairs = pairs_of(numbers, distances)
    np.add.at(found, (pairs[:, 0], pairs[:, 1]), 1.0)
    left, sizes, _ = np.linalg.svd(np.log1p(found), full_matrices=False)
    return np.asarray(left[:, :COUNTED] * sizes[:COUNTED])


def shared_neighbours(vectors: FloatArray, numbers: IntArray, counts: FloatArray) -> float:
    """Return how many of the nearest frequent words two ways have in common, as a share; see `chance_of_neighbours`.

    One way are the vectors, the other are those that come from counting: see `counted_vectors`. `numbers` is the text.
    """
    frequent = np.argsort(-counts, kind="stable")[:FREQUENT]
    most = min(NEAREST, len(frequent) - 1)
    learnt, counted = nearest(vectors[frequent], most), nearest(counted_vectors(numbers, len(counts))[frequent], most)
    return float(np.mean([len(set(a) & set(b)) / most for a, b in zip(learnt.tolist(), counted.tolist())]))


def chance_of_neighbours(size: int) -> float:
    """Return what `shared_neighbours` gives on average for vectors that are random, of a vocabulary of some size."""
    among = min(FREQUENT, size) - 1
    return min(NEAREST, among) / max(among, 1)
