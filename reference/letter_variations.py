"""The runs that the bands of workshop letters come from: honest ones, as learners write them, and wrong ones."""

from __future__ import annotations

from dataclasses import replace

from reference.readers import Reader
from reference.variations import ADAM, DESCENT, MOMENTUM, Variations

NO_FILTERS: tuple[int, ...] = ()
TWO_LAYERS = (8, 16)
NOT_HIDDEN, DENSE = 0, 64


def not_learnt(right: Reader) -> dict[str, Reader]:
    """Return trainings of a model that end in nothing: each must be refused."""
    return {
        "untrained": replace(right, steps=0),
        "labels of other images": replace(right, shuffled_labels=True),
        "ten steps": replace(right, optimiser=DESCENT, rate=0.01, steps=10),
        "a hundred images": replace(right, images=100, steps=100),
    }


# Deviation 20 is the usual mistake of weights with deviation 1 behind 784 pixels.
READERS: dict[str, Variations[Reader]] = {
    "letters, logistic": Variations(
        well_chosen=(
            Reader(NO_FILTERS, NOT_HIDDEN, ADAM, 2e-3, 100, 600),
            Reader(NO_FILTERS, NOT_HIDDEN, ADAM, 1e-3, 100, 600),
            Reader(NO_FILTERS, NOT_HIDDEN, ADAM, 1e-2, 100, 300),
            Reader(NO_FILTERS, NOT_HIDDEN, DESCENT, 0.5, 100, 600),
            Reader(NO_FILTERS, NOT_HIDDEN, DESCENT, 0.1, 64, 1000),
        ),
        fair=(
            Reader(NO_FILTERS, NOT_HIDDEN, DESCENT, 0.5, 100, 300),
            Reader(NO_FILTERS, NOT_HIDDEN, ADAM, 1e-3, 128, 300),
            Reader(NO_FILTERS, NOT_HIDDEN, ADAM, 1e-3, 100, 600, l2=1e-3),
        ),
        rough=(
            Reader(NO_FILTERS, NOT_HIDDEN, DESCENT, 0.01, 100, 600),
            Reader(NO_FILTERS, NOT_HIDDEN, DESCENT, 0.5, 128, 400, deviation=20),
        ),
        too_short=(),
        wrong=not_learnt(Reader(NO_FILTERS, NOT_HIDDEN, ADAM, 2e-3, 100, 600)),
    ),
    "letters, relu": Variations(
        well_chosen=(
            Reader(NO_FILTERS, 128, ADAM, 2e-3, 100, 600),
            Reader(NO_FILTERS, 256, ADAM, 1e-3, 128, 400),
            Reader(NO_FILTERS, 64, ADAM, 2e-3, 100, 600),
            Reader(NO_FILTERS, 512, DESCENT, 0.5, 128, 300),
            Reader(NO_FILTERS, 128, MOMENTUM, 0.05, 100, 600),
        ),
        fair=(
            Reader(NO_FILTERS, 128, DESCENT, 0.1, 100, 600),
            Reader(NO_FILTERS, 128, ADAM, 1e-3, 50, 300),
            Reader(NO_FILTERS, 32, ADAM, 1e-3, 100, 600),
        ),
        rough=(
            Reader(NO_FILTERS, 128, DESCENT, 0.01, 100, 500),
            Reader(NO_FILTERS, 128, DESCENT, 0.02, 128, 200),
        ),
        too_short=(Reader(NO_FILTERS, 128, ADAM, 1e-3, 100, 600, deviation=20),),
        wrong=not_learnt(Reader(NO_FILTERS, 128, ADAM, 2e-3, 100, 600)),
    ),
    "letters, regularised": Variations(
        well_chosen=(
            Reader(NO_FILTERS, 128, ADAM, 2e-3, 100, 600, l2=1e-4, dropout=0.3),
            Reader(NO_FILTERS, 128, ADAM, 2e-3, 100, 600, l2=1e-4, dropout=0.5),
            Reader(NO_FILTERS, 256, ADAM, 1e-3, 128, 600, l2=1e-3, dropout=0.5),
            Reader(NO_FILTERS, 512, DESCENT, 0.5, 128, 300, l2=1e-3, dropout=0.5),
        ),
        fair=(
            Reader(NO_FILTERS, 128, ADAM, 1e-3, 100, 300, l2=1e-3, dropout=0.5),
            Reader(NO_FILTERS, 64, ADAM, 2e-3, 100, 600, l2=1e-3, dropout=0.5),
            Reader(NO_FILTERS, 128, DESCENT, 0.1, 100, 600, l2=1e-3, dropout=0.5),
            Reader(NO_FILTERS, 128, ADAM, 2e-3, 100, 600, l2=1e-2, dropout=0.5),
        ),
        rough=(
            Reader(NO_FILTERS, 128, DESCENT, 0.01, 100, 500, l2=1e-4, dropout=0.5),
            Reader(NO_FILTERS, 128, DESCENT, 0.02, 128, 200, l2=1e-4, dropout=0.5),
        ),
        too_short=(),
        wrong=not_learnt(Reader(NO_FILTERS, 128, ADAM, 2e-3, 100, 600, l2=1e-4, dropout=0.3)),
    ),
    "letters, convolution": Variations(
        well_chosen=(
            Reader(TWO_LAYERS, DENSE, ADAM, 2e-3, 100, 200),
            Reader(TWO_LAYERS, DENSE, ADAM, 1e-3, 50, 500, stride=2),
            Reader((16, 16), DENSE, ADAM, 2e-3, 50, 300, stride=2),
            Reader(TWO_LAYERS, DENSE, MOMENTUM, 0.02, 50, 400, side=3, stride=2),
        ),
        fair=(
            Reader((8,), DENSE, ADAM, 1e-3, 50, 300, stride=2),
            Reader((16, 16), DENSE, DESCENT, 0.05, 16, 1000, stride=2),
            Reader(TWO_LAYERS, NOT_HIDDEN, ADAM, 2e-3, 50, 300, stride=2),
            Reader(TWO_LAYERS, DENSE, DESCENT, 0.01, 16, 1000, stride=2),
        ),
        rough=(Reader(TWO_LAYERS, DENSE, ADAM, 1e-3, 50, 100, stride=2),),
        too_short=(),
        wrong=not_learnt(Reader(TWO_LAYERS, DENSE, ADAM, 2e-3, 50, 300, stride=2)),
    ),
}
