"""Characters in NumPy: how they are numbered, and how many bits each costs whoever knows only how often it comes."""

from __future__ import annotations

import numpy as np

from reference.arrays import FloatArray, IntArray

SMOOTHING = 0.1  # added to each count, so that no logarithm is infinite
ORDER = 5  # characters, of the runs that are looked up
WINDOW = 64  # characters that are read before a guess is judged, or made
# None of this is in a fable. The prompts are its beginnings, all of them longer than what a network reads at once.
STORY = (
    "Un vieux Renard, las de courir le long des champs, vit un jour passer un Coq dans la cour de la ferme. Il lui dit : "
    "mon ami, la paix est faite entre nous tous, et je viens pour te donner le baiser de notre amour.\n"
    "Le Loup, qui n'était pas loin de là, se mit à rire, et dit à la Grenouille que le repas serait bon.\n"
)
PROMPTS = [STORY[: 90 + 7 * number] for number in range(32)]
WRITTEN, TEMPERATURE = 12, 0.5  # characters; how boldly they are drawn


def alphabet_of(text: str) -> list[str]:
    """Return the characters of a text in sorted order: the place of each is its number."""
    return sorted(set(text))


def numbered(text: str, alphabet: list[str]) -> IntArray:
    """Return the numbers of the characters of a text, all of which the alphabet holds."""
    numbers = {character: number for number, character in enumerate(alphabet)}
    return np.array([numbers[character] for character in text], np.int64)


def unigram_bits(training: IntArray, text: IntArray, size: int) -> float:
    """Return the bits per character of a text, guessed from how often each character comes in a training text."""
    counts = np.bincount(training, minlength=size) + SMOOTHING
    return float(-np.log2(counts / counts.sum())[text].mean())


def bigram_bits(training: IntArray, text: IntArray, size: int) -> float:
    """Return the bits per character of a text, guessed from how often each character follows the one before."""
    counts: FloatArray = np.full((size, size), SMOOTHING)
    np.add.at(counts, (training[:-1], training[1:]), 1.0)
    bits = -np.log2(counts / counts.sum(axis=1, keepdims=True))
    return float(bits[text[:-1], text[1:]].mean())


def bits_of(logits: FloatArray, following: IntArray) -> float:
    """Return the bits per character that logits [n, size] cost, of the characters [n] that followed."""
    top = logits.max(axis=1)
    total = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return float(np.mean(total - logits[np.arange(len(logits)), following]) / np.log(2))


def known_runs(texts: list[str], training: str) -> float:
    """Return which share of the runs of ORDER characters in some texts comes in a training text."""
    known = {training[at : at + ORDER] for at in range(len(training) - ORDER + 1)}
    runs = [text[at : at + ORDER] for text in texts for at in range(len(text) - ORDER + 1)]
    return float(np.mean([run in known for run in runs])) if runs else 0.0
