"""An LSTM trained in NumPy, as a script trains it in TensorFlow: the bands of workshop sequences come from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.arrays import FloatArray, IntArray
from reference.characters import PROMPTS, TEMPERATURE, WINDOW, WRITTEN, alphabet_of, bits_of, known_runs, numbered
from reference.layers import sigmoid

EPSILON = 1e-8


@dataclass(frozen=True)
class Lstm:
    """One way to train, and what may be wrong with it."""

    units: int = 128
    streams: int = 32  # parts of the text that are read side by side
    piece: int = 25  # characters, through which gradients go back
    epochs: int = 8
    rate: float = 5e-3
    longest: float = 5.0  # global norm of a gradient
    optimiser: str = "Adam"  # or gradient descent
    is_shuffled: bool = False  # the characters of the text are
    characters: int = 0  # of the text, that it is trained on; 0 for all of them


@dataclass(frozen=True)
class Read:
    """What held-out text says of a trained network."""

    bits: float  # per character
    known: float  # see `reference.characters.known_runs`


@dataclass
class Step:
    """What one step of the cell computed, for the way back."""

    read: IntArray
    before: FloatArray  # the memory before
    came: FloatArray  # the output before
    gates: tuple[FloatArray, FloatArray, FloatArray, FloatArray]
    squashed: FloatArray  # the tanh of the memory


def train(how: Lstm, text: IntArray, size: int, seed: int) -> list[FloatArray]:
    """Return inputs [size, 4 units], outputs [units, 4 units], their bias, and weights [units, size] with theirs."""
    random = np.random.default_rng(seed)
    text = random.permutation(text) if how.is_shuffled else text
    parameters = start(how.units, size, random)
    means, squares = ([np.zeros_like(each) for each in parameters] for _ in range(2))
    length, count = (len(text) - 1) // how.streams // how.piece * how.piece, 0
    rows = np.stack([text[at : at + length + 1] for at in np.arange(how.streams) * length])
    for _ in range(how.epochs):
        state: FloatArray = np.zeros((2, how.streams, how.units), np.float32)
        for at in range(0, length, how.piece):
            found, state = gradients(parameters, rows[:, at : at + how.piece + 1], state)
            norm = float(np.sqrt(sum(float((each**2).sum()) for each in found)))
            scale, count = min(1.0, how.longest / max(norm, EPSILON)), count + 1
            rate = how.rate * np.sqrt(1 - 0.999**count) / (1 - 0.9**count)
            for index, gradient in enumerate(found):
                if how.optimiser == "Adam":
                    means[index] += 0.1 * (gradient * scale - means[index])
                    squares[index] += 0.001 * ((gradient * scale) ** 2 - squares[index])
                    parameters[index] -= (rate * means[index] / (np.sqrt(squares[index]) + EPSILON)).astype(np.float32)
                else:
                    parameters[index] -= how.rate * scale * gradient
    return parameters


def start(units: int, size: int, random: np.random.Generator) -> list[FloatArray]:
    """Return the parameters before the training, with an open forget gate."""
    reach = units**-0.5
    bias = np.repeat([0.0, 1.0, 0.0, 0.0], units)
    shapes = ((size, 4 * units), (units, 4 * units))
    found = [random.uniform(-reach, reach, shape) for shape in shapes] + [bias]
    found += [random.normal(0, reach, (units, size)), np.zeros(size)]
    return [each.astype(np.float32) for each in found]


def gradients(parameters: list[FloatArray], rows: IntArray, state: FloatArray) -> tuple[list[FloatArray], FloatArray]:
    """Return the gradients of the mean cross entropy of a piece [streams, time + 1], and the state after it."""
    steps, outputs, last = forward(parameters, rows[:, :-1], state)
    _, recurrent, _, weights, bias = parameters
    found = [np.zeros_like(each) for each in parameters]
    later, memory = np.zeros_like(last[1]), np.zeros_like(last[0])
    for at in reversed(range(len(steps))):
        step, output = steps[at], outputs[at]
        scores = output @ weights + bias
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[np.arange(len(rows)), rows[:, at + 1]] -= 1
        chances /= len(rows) * len(steps)
        found[3] += output.T @ chances
        found[4] += chances.sum(axis=0)
        back = chances @ weights.T + later
        let_in, keep, let_out, new = step.gates
        memory = memory + back * let_out * (1 - step.squashed**2)
        of_gates = np.concatenate(
            [
                memory * new * let_in * (1 - let_in),
                memory * step.before * keep * (1 - keep),
                back * step.squashed * let_out * (1 - let_out),
                memory * let_in * (1 - new**2),
            ],
            axis=1,
        )
        np.add.at(found[0], step.read, of_gates)
        found[1] += step.came.T @ of_gates
        found[2] += of_gates.sum(axis=0)
        later, memory = of_gates @ recurrent.T, memory * keep
    return found, last


def forward(
    parameters: list[FloatArray], read: IntArray, state: FloatArray
) -> tuple[list[Step], list[FloatArray], FloatArray]:
    """Return the steps of the cell over characters [streams, time], the output of each, and the last state."""
    inputs, recurrent, bias, _, _ = parameters
    memory, output = state
    steps, outputs = [], []
    for column in read.T:
        parts = np.split(inputs[column] + output @ recurrent + bias, 4, axis=1)
        let_in, keep, let_out = (sigmoid(part) for part in parts[:3])
        new, before, came = np.tanh(parts[3]), memory, output
        memory = keep * memory + let_in * new
        squashed = np.tanh(memory)
        output = let_out * squashed
        steps.append(Step(column, before, came, (let_in, keep, let_out, new), squashed))
        outputs.append(output)
    return steps, outputs, np.stack([memory, output])


def guess(parameters: list[FloatArray], windows: IntArray) -> FloatArray:
    """Return the logits [windows, time, size] for windows [n, time], each read from a state of zeros."""
    state: FloatArray = np.zeros((2, len(windows), len(parameters[1])), np.float32)
    _, outputs, _ = forward(parameters, windows, state)
    return np.stack(outputs, axis=1) @ parameters[3] + parameters[4]


def judge(how: Lstm, training: str, unseen: str, seed: int) -> Read:
    """Return what unseen text says of a network that was trained on a training text."""
    alphabet = alphabet_of(training)
    text = numbered(training, alphabet)
    parameters = train(how, text[: how.characters or None], len(alphabet), seed)
    held, half = numbered(unseen, alphabet), WINDOW // 2
    windows = np.stack([held[at : at + WINDOW + 1] for at in range(0, len(held) - WINDOW - 1, half)])
    logits = guess(parameters, windows[:, :-1])[:, half:]
    bits = bits_of(logits.reshape(-1, len(alphabet)), windows[:, half + 1 :].reshape(-1))
    return Read(bits, known_runs(_continued(parameters, alphabet, seed), training))


def _continued(parameters: list[FloatArray], alphabet: list[str], seed: int) -> list[str]:
    """Return what the network writes after the prompts, each with the end of its prompt."""
    random = np.random.default_rng(seed)
    windows = np.stack([numbered(prompt, alphabet)[-WINDOW:] for prompt in PROMPTS])
    texts = [prompt[-2:] for prompt in PROMPTS]
    for _ in range(WRITTEN):
        scores = guess(parameters, windows)[:, -1] / TEMPERATURE
        chances = np.exp(scores - scores.max(axis=1, keepdims=True)).cumsum(axis=1)
        drawn = (chances < random.random((len(windows), 1)) * chances[:, -1:]).sum(axis=1)
        windows = np.concatenate([windows[:, 1:], drawn[:, None]], axis=1)
        texts = [text + alphabet[number] for text, number in zip(texts, drawn)]
    return texts
