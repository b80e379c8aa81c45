"""Skip-gram trained in NumPy, as a script trains it in TensorFlow: the bands of workshop embedding come from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.arrays import FloatArray, IntArray
from reference.layers import sigmoid
from reference.words import (
    counts_of,
    cut,
    frequency_loss,
    gain_over_frequencies,
    make_vocabulary,
    numbered,
    pairs_of,
    shared_neighbours,
    softmax_loss,
)

EPSILON = 1e-8


@dataclass(frozen=True)
class SkipGram:
    """One way to train, and what may be wrong with it."""

    optimiser: str = "AdaGrad"  # gradient descent, AdaGrad or Adam
    rate: float = 0.5
    steps: int = 4000
    batch: int = 256
    window: int = 2
    least_often: int = 3
    dimensions: int = 32
    drawn: int = 64  # words that are compared with the right ones
    loss: str = "nce"  # nce or softmax, both of the words that are drawn
    start: float = 0.1  # the first vectors lie between -start and start
    is_shuffled: bool = False  # the text is: a word is paired with any other
    words: int = 0  # of the text, that it is trained on; 0 for all of them


@dataclass(frozen=True)
class Judged:
    """What held-out text says of trained vectors."""

    gain: float  # see `reference.words.gain_over_frequencies`
    saved: float  # nats per pair, compared with the frequencies of words alone
    shared: float  # see `reference.words.shared_neighbours`


def train(how: SkipGram, numbers: IntArray, size: int, seed: int) -> list[FloatArray]:
    """Return vectors [size, dimensions], weights [size, dimensions] and biases [size] after the training."""
    random = np.random.default_rng(seed)
    parameters: list[FloatArray] = [
        random.uniform(-how.start, how.start, (size, how.dimensions)),
        random.normal(0, how.start, (size, how.dimensions)),
        np.zeros(size),
    ]
    squares = [np.full_like(each, 0.1 if how.optimiser == "AdaGrad" else 0.0) for each in parameters]
    means = [np.zeros_like(each) for each in parameters]
    pairs = pairs_of(random.permutation(numbers) if how.is_shuffled else numbers, range(1, how.window + 1))
    ranks = np.arange(size)
    chances = np.log((ranks + 2) / (ranks + 1)) / np.log(size + 1)  # of each word to be drawn, as TensorFlow's sampler does
    for step in range(1, how.steps + 1):
        batch = pairs[random.integers(0, len(pairs), how.batch)]
        drawn = random.choice(size, min(how.drawn, size), replace=False, p=chances)
        for index, gradient in enumerate(gradients(parameters, batch, drawn, chances, how.loss)):
            if how.optimiser == "gradient descent":
                parameters[index] -= how.rate * gradient
            elif how.optimiser == "AdaGrad":
                squares[index] += gradient**2
                parameters[index] -= how.rate * gradient / np.sqrt(squares[index])
            else:
                means[index] += 0.1 * (gradient - means[index])
                squares[index] += 0.001 * (gradient**2 - squares[index])
                rate = how.rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                parameters[index] -= rate * means[index] / (np.sqrt(squares[index]) + EPSILON)
    return parameters


def gradients(
    parameters: list[FloatArray], batch: IntArray, drawn: IntArray, chances: FloatArray, loss: str
) -> list[FloatArray]:
    """Return the gradients of the mean loss of a batch [n, 2], compared with the words that are drawn."""
    vectors, weights, biases = parameters
    words, right = batch.T
    expected = -np.expm1(len(drawn) * np.log1p(-chances))  # how often each word is drawn, without replacement
    given = vectors[words]
    scores = (given * weights[right]).sum(axis=1) + biases[right] - np.log(expected[right])  # [n]
    others = given @ weights[drawn].T + biases[drawn] - np.log(expected[drawn])  # [n, drawn]
    if loss == "nce":
        of_right, of_drawn = sigmoid(scores) - 1, sigmoid(others)
    else:
        others = np.where(right[:, None] == drawn[None, :], -np.inf, others)  # a right word that is drawn does not count
        top = np.maximum(scores, others.max(axis=1))
        mine, theirs = np.exp(scores - top), np.exp(others - top[:, None])
        total = mine + theirs.sum(axis=1)
        of_right, of_drawn = mine / total - 1, theirs / total[:, None]
    of_right, of_drawn = of_right / len(batch), of_drawn / len(batch)
    found = [np.zeros_like(each) for each in parameters]
    np.add.at(found[0], words, of_right[:, None] * weights[right] + of_drawn @ weights[drawn])
    np.add.at(found[1], right, of_right[:, None] * given)
    found[1][drawn] += of_drawn.T @ given
    np.add.at(found[2], right, of_right)
    found[2][drawn] += of_drawn.sum(axis=0)
    return found


def judge(how: SkipGram, training: str, unseen: str, seed: int) -> Judged:
    """Return what unseen text says of vectors that were trained on a training text."""
    words = cut(training)
    vocabulary = make_vocabulary(words, how.least_often)
    numbers, counts = numbered(words, vocabulary), counts_of(words, vocabulary)
    vectors, weights, biases = train(how, numbers[: how.words or None], len(vocabulary), seed)
    pairs = pairs_of(numbered(cut(unseen), vocabulary))
    scores = vectors @ weights.T + biases
    saved = frequency_loss(counts, pairs) - softmax_loss(scores, pairs)
    return Judged(gain_over_frequencies(scores, counts, pairs), saved, shared_neighbours(vectors, numbers, counts))
