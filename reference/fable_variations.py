"""The runs that the bands of the fables come from: honest ones, as learners write them, and wrong ones."""

from __future__ import annotations

from reference.lstm import Lstm
from reference.skip_gram import SkipGram
from reference.variations import ADAM, DESCENT, Variations

SKIP_GRAMS: Variations[SkipGram] = Variations(
    well_chosen=(
        SkipGram(steps=6000),
        SkipGram(rate=1.0, steps=4000),
        SkipGram(rate=1.0, steps=6000, least_often=5),
        SkipGram(optimiser=DESCENT, rate=1.0, steps=10000),
        SkipGram(optimiser=ADAM, rate=0.003, steps=8000),
        SkipGram(window=1, steps=5000),
        SkipGram(dimensions=64, steps=5000),
        SkipGram(loss="softmax", steps=2000),
    ),
    fair=(
        SkipGram(steps=3000),
        SkipGram(optimiser=DESCENT, rate=1.0, steps=5000),
        SkipGram(optimiser=ADAM, rate=0.01, steps=4000),
        SkipGram(window=5, steps=6000),
        SkipGram(batch=128, steps=8000),
        SkipGram(loss="softmax", rate=0.2, steps=4000, dimensions=16),
    ),
    rough=(
        SkipGram(optimiser=DESCENT, rate=1.0, steps=5000, start=1.0),
        SkipGram(drawn=16, steps=5000),
        SkipGram(optimiser=ADAM, rate=0.01, steps=12000),
    ),
    too_short=(
        SkipGram(steps=1000),
        SkipGram(optimiser=DESCENT, rate=0.1, steps=4000),
        SkipGram(optimiser=ADAM, rate=0.001, steps=4000),
    ),
    wrong={
        "untrained": SkipGram(steps=0),
        "a shuffled text": SkipGram(steps=4000, is_shuffled=True),
        "the first 500 words": SkipGram(steps=4000, words=500),
        "a hundred steps": SkipGram(steps=100),
    },
)

MEMORISED = "the first 2,000 characters"  # it writes what it has read, and no more

LSTMS: Variations[Lstm] = Variations(
    well_chosen=(
        Lstm(),
        Lstm(units=96, epochs=10),
        Lstm(streams=16, epochs=6, rate=3e-3),
        Lstm(streams=50, piece=20, rate=1e-2),
    ),
    fair=(
        Lstm(units=64),
        Lstm(epochs=4),
        Lstm(rate=2e-3),
        Lstm(streams=10, piece=50, epochs=3),
    ),
    rough=(
        Lstm(units=32),
        Lstm(epochs=3, rate=3e-3),
        Lstm(streams=64, epochs=8, rate=3e-3),
    ),
    too_short=(
        Lstm(epochs=1),
        Lstm(optimiser=DESCENT, rate=0.5, epochs=5),
    ),
    wrong={
        "untrained": Lstm(epochs=0),
        "a shuffled text": Lstm(epochs=4, is_shuffled=True),
        MEMORISED: Lstm(streams=4, epochs=80, characters=2_000),
    },
)
