"""``python -m reference fables``: train on the fables, and write the bands that follow from it."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

from reference import bands, datasets, lstm, skip_gram
from reference.characters import alphabet_of, bigram_bits, numbered, unigram_bits
from reference.fable_variations import LSTMS, MEMORISED, SKIP_GRAMS
from reference.held_out import held_out_text
from reference.lstm import Lstm
from reference.measure import DEGREES, ONE_THREAD, Say
from reference.skip_gram import SkipGram
from reference.variations import Variations

SEEDS, SEEDS_OF_LSTMS = 2, 1  # an LSTM takes some ten seconds
EDITION = "both"  # the text is the same in both
COMMAND = "python -m reference fables"
UNIT_OF_GAIN = 0.02  # nats
UNIT_OF_PROMPTS = 0.25  # a wide margin: some hundred characters are written, and drawn
RULE = bands.RULE.replace(
    "the multiple of 0.05", "the multiple of 0.05 (of the gain: of 0.02, of the continued prompts: of 0.25)"
)


class FableMeasure(NamedTuple):
    """One measure, and how its band is made."""

    key: str
    of: str
    side: str
    unit: float
    reason: str


GAIN = FableMeasure(
    "gain of word vectors",
    "nats per pair of neighbours in the held-out fables, by which the best mixture of the vectors' guess and of the "
    "frequencies of words betters the frequencies alone",
    "low",
    UNIT_OF_GAIN,
    "Every honest training of some thousand steps passes, also one that was trained for too long. None passes that saw a "
    "shuffled text, 500 words or a hundred steps.",
)
NEIGHBOURS = FableMeasure(
    "neighbours of word vectors",
    "the share of the ten nearest words, of the 200 most frequent ones, that vectors from counting pairs have, too",
    "low",
    bands.STEP,
    "Vectors that were drawn at random share 0.05 of their neighbours. Every honest training of some thousand steps shares "
    "more than twice as many.",
)


BITS = FableMeasure(
    "bits per character",
    "bits per character of the held-out fables, each read after 32 characters or more",
    "high",
    bands.STEP,
    "Every honest training of three epochs or more passes, also one with few units. None passes that knows no more than "
    "which character follows which, that saw a shuffled text or its first lines.",
)
PROMPTS = FableMeasure(
    "continued prompts",
    "the share of runs of five characters, written after sentences that are in no fable, that come in the fables",
    "low",
    UNIT_OF_PROMPTS,
    "Every honest training writes mostly what comes in the fables, also in short. None passes that is untrained or saw a "
    "shuffled text.",
)


class FableJob(NamedTuple):
    """One training and its purpose."""

    degree: str  # a field of `Variations`
    name: str
    how: SkipGram | Lstm
    seed: int


Values = dict[str, list[float]]  # name of a run -> one value per seed


def make_bands(folder: str, say: Say) -> None:
    """Measure and write the file."""
    os.environ.update(ONE_THREAD)  # for the workers, which import NumPy anew
    os.makedirs(folder, exist_ok=True)
    with ProcessPoolExecutor(min(8, os.cpu_count() or 1), multiprocessing.get_context("spawn")) as pool:
        began, jobs, letters = time.monotonic(), list(_jobs(SKIP_GRAMS, SEEDS)), list(_jobs(LSTMS, SEEDS_OF_LSTMS))
        judged, read = list(pool.map(judge_words, jobs)), list(pool.map(judge_characters, letters))
        say(f"{len(jobs)} skip-grams and {len(letters)} LSTMs: {time.monotonic() - began:.0f} s")
    bits = _by_degree(letters, [each.bits for each in read])
    bits["wrong"] |= counted_bits()
    known = _by_degree(letters, [each.known for each in read])
    known["unseen"][MEMORISED] = known["wrong"].pop(MEMORISED)
    found = [
        band_of(GAIN, _by_degree(jobs, [each.gain for each in judged])),
        band_of(NEIGHBOURS, _by_degree(jobs, [each.shared for each in judged])),
        band_of(BITS, bits),
        band_of(PROMPTS, known),
    ]
    bands.write(bands.FABLES, found, folder, RULE)


def judge_words(job: FableJob) -> skip_gram.Judged:
    """Return what the held-out fables say of word vectors from the others."""
    assert isinstance(job.how, SkipGram)
    return skip_gram.judge(job.how, datasets.fables()[0], held_out_text("fables"), job.seed)


def judge_characters(job: FableJob) -> lstm.Read:
    """Return what the held-out fables say of a network that has read the others."""
    assert isinstance(job.how, Lstm)
    return lstm.judge(job.how, datasets.fables()[0], held_out_text("fables"), job.seed)


def counted_bits() -> Values:
    """Return the bits per character of whoever has only counted characters, or pairs of them."""
    training, unseen = datasets.fables()[0], held_out_text("fables")
    alphabet = alphabet_of(training)
    given = numbered(training, alphabet), numbered(unseen, alphabet), len(alphabet)
    return {"frequencies of characters": [unigram_bits(*given)], "frequencies of pairs": [bigram_bits(*given)]}


def band_of(measured: FableMeasure, values: Mapping[str, Values]) -> bands.Band:
    """Return the band of accepted results. Raises `ValueError` where no bound lies between honest and wrong runs."""
    worst, best = (min, max) if measured.side == "low" else (max, min)
    honest = {**values["well_chosen"], **values["fair"], **values["rough"]}
    reached = [round(value, 3) for each in honest.values() for value in each]
    wrong = {name: round(best(each), 3) for name, each in values["wrong"].items()}
    decides = worst(honest, key=lambda name: worst(honest[name]))
    try:
        bound = bands.bound_between(worst(reached), best(wrong.values()), measured.unit)
    except ValueError as error:
        raise ValueError(f"{measured.key}: {error}; the worst is {decides}") from error
    return bands.Band(
        file=bands.FABLES,
        key=bands.key_of(measured.key, EDITION, "accepted"),
        side=measured.side,
        bound=bound,
        runs=len(reached),
        observed=bands.summary(reached),
        wrong=wrong,
        too_short={name: round(worst(each), 3) for name, each in values["too_short"].items()},
        unseen={name: round(best(each), 3) for name, each in values["unseen"].items()},
        texts={
            "of": measured.of,
            "data set": "fables",
            "edition": EDITION,
            "reason": measured.reason,
            "command": COMMAND,
            "worst run": decides,
        },
    )


def _jobs(variations: Variations[Any], seeds: int) -> Iterator[FableJob]:
    for degree in DEGREES:
        runs = getattr(variations, degree)
        named = list(runs.items()) if isinstance(runs, dict) else [(str(run), run) for run in runs]
        for name, run in named:
            for seed in range(seeds):
                yield FableJob(degree, name, run, seed)


def _by_degree(jobs: list[FableJob], values: list[float]) -> dict[str, Values]:
    found: dict[str, Values] = {degree: {} for degree in DEGREES}
    for job, value in zip(jobs, values):
        found[job.degree].setdefault(job.name, []).append(value)
    return found
