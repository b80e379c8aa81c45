"""The runs that the accepted bands come from: honest ones, as learners write them, and wrong ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from reference.dense import Dense
from reference.descent import Descent
from reference.lstm import Lstm
from reference.network import Recipe
from reference.readers import Reader
from reference.skip_gram import SkipGram

Run = TypeVar("Run", Recipe, Descent, Dense, Reader, SkipGram, Lstm)

DESCENT, MOMENTUM, ADAM = "gradient descent", "momentum", "Adam"


@dataclass(frozen=True)
class Variations(Generic[Run]):
    """Honest runs in three degrees, runs that are too short, and mistakes."""

    well_chosen: tuple[Run, ...]  # pass without advice
    fair: tuple[Run, ...]  # may pass with or without advice
    rough: tuple[Run, ...]  # pass with advice
    too_short: tuple[Run, ...]  # honest, but at times no better than a wrong run: not counted
    wrong: dict[str, Run] = field(default_factory=dict)  # must be refused
    unseen: dict[str, Run] = field(default_factory=dict)  # mistakes that may score well: only the graph shows them


# Wrong in every edition. A learner who forgets the loop over the batches feeds a hundred images.
UNTRAINED = {
    "untrained": Recipe(ADAM, 1e-3, 128, epochs=0),
    "labels of other images": Recipe(ADAM, 1e-3, 100, epochs=3, images=5_000, shuffled_labels=True),
    "one epoch of a hundred images, in one step": Recipe(ADAM, 1e-3, 100, epochs=1, images=100),
    "one epoch of a hundred images, in batches of 10": Recipe(ADAM, 1e-2, 10, epochs=1, images=100),
    "one epoch of a hundred images, one by one": Recipe(ADAM, 1e-3, 1, epochs=1, images=100),
}
FEW_STEPS = (
    Recipe(DESCENT, 0.1, 128, epochs=5, images=5_000),
    Recipe(DESCENT, 0.01, 100, epochs=3, images=5_000),
)


def softmax_twice(epochs: int) -> dict[str, Recipe]:
    """Return runs with a second softmax: it slows the training, and a long training hides it."""
    return {
        "two softmaxes, Adam at 0.001": Recipe(ADAM, 1e-3, 128, epochs, softmaxes=2),
        "two softmaxes, gradient descent at 0.5": Recipe(DESCENT, 0.5, 100, epochs, softmaxes=2),
    }


# Well chosen: small initial weights, pixels from 0 to 1, about five epochs, and a rate that suits the optimiser. Fair: fewer
# images or epochs, larger steps, many epochs of descent at 0.01 (the default of Keras), pixels up to 255. Rough: few epochs
# of descent at 0.01, or weights with deviation 1 (the default of tf.random_normal): the softmax starts certain and wrong.
NETWORKS = {
    "embedded": Variations(
        well_chosen=(
            Recipe(ADAM, 1e-3, 128, epochs=5),
            Recipe(ADAM, 2e-3, 256, epochs=5),
            Recipe(ADAM, 3e-3, 100, epochs=4, activation="sigmoid", weights="normal 0.05"),
            Recipe(ADAM, 1e-3, 128, epochs=20),
            Recipe(ADAM, 1e-3, 128, epochs=5, weights="normal 0.1"),
            Recipe(ADAM, 1e-3, 100, epochs=5, weights="uniform -0.05 0.05"),
            Recipe(ADAM, 1e-4, 50, epochs=10),
            Recipe(MOMENTUM, 0.05, 128, epochs=5),
        ),
        fair=(
            Recipe(ADAM, 2e-3, 100, epochs=4, images=6_000),
            Recipe(ADAM, 1e-3, 32, epochs=3, images=5_000),
            Recipe(ADAM, 1e-2, 128, epochs=3),
            Recipe(MOMENTUM, 0.1, 100, epochs=5, images=5_000),
            Recipe(MOMENTUM, 0.01, 64, epochs=5),
            Recipe(DESCENT, 0.5, 100, epochs=5),
            Recipe(DESCENT, 0.1, 32, epochs=5),
            Recipe(DESCENT, 0.01, 32, epochs=10),
            Recipe(DESCENT, 0.5, 100, epochs=10, activation="sigmoid", weights="normal 0.1"),
            Recipe(ADAM, 1e-3, 128, epochs=5, ink=255),
            Recipe(ADAM, 1e-3, 128, epochs=5, activation="sigmoid", ink=255),
            Recipe(ADAM, 1e-3, 100, epochs=15, weights="normal 1"),
        ),
        rough=(
            Recipe(ADAM, 1e-3, 100, epochs=5, weights="normal 1"),
            Recipe(ADAM, 1e-3, 128, epochs=5, weights="uniform -1 1"),
            Recipe(DESCENT, 0.01, 128, epochs=5),
        ),
        too_short=FEW_STEPS,
        wrong=UNTRAINED,
        unseen=softmax_twice(epochs=5),
    ),
    "full": Variations(
        well_chosen=(
            Recipe(ADAM, 1e-3, 128, epochs=5),
            Recipe(ADAM, 2e-3, 256, epochs=5),
            Recipe(ADAM, 3e-3, 100, epochs=4, activation="sigmoid", weights="normal 0.05"),
            Recipe(ADAM, 1e-3, 128, epochs=5, weights="normal 0.1"),
        ),
        fair=(
            Recipe(ADAM, 2e-3, 100, epochs=4, images=6_000),
            Recipe(ADAM, 3e-3, 100, epochs=4, activation="sigmoid", weights="normal 0.05", images=10_000),
            Recipe(ADAM, 1e-3, 32, epochs=3, images=5_000),
            Recipe(ADAM, 1e-2, 128, epochs=3),
            Recipe(MOMENTUM, 0.05, 128, epochs=3),
            Recipe(DESCENT, 0.5, 100, epochs=3),
            Recipe(DESCENT, 0.01, 32, epochs=5),
            Recipe(ADAM, 1e-3, 128, epochs=3, ink=255),
        ),
        rough=(
            Recipe(ADAM, 1e-3, 100, epochs=3, weights="normal 1"),
            Recipe(DESCENT, 0.01, 128, epochs=3),
        ),
        too_short=FEW_STEPS,
        wrong=UNTRAINED,
        unseen=softmax_twice(epochs=3),
    ),
}

AS_THEY_ARE, TO_ONE = "as they are", "from 0 to 1"

# Rough on the rooms is the usual example: 1,000 steps at 0.01 on rooms as they are, from usual initial values.
# Rooms have mean 6.3 and deviation 0.7: the line first turns about the origin, then the intercept changes slowly. Under Adam
# it changes slowly from its initial value. So with small rates or Adam, the result may be as near to the line through the
# origin as to least squares.
PLANES = {
    "rooms": Variations(
        well_chosen=(
            Descent(DESCENT, 0.1, 200),
            Descent(DESCENT, 0.1, 60, start="uniform 0 1"),
            Descent(DESCENT, 0.01, 500),
            Descent(DESCENT, 0.5, 500, features=TO_ONE),
            Descent(MOMENTUM, 0.01, 500),
            Descent(ADAM, 0.3, 300),
            Descent(ADAM, 0.1, 1_000),
            Descent(DESCENT, 0.01, 20, batch=32),
        ),
        fair=(
            Descent(DESCENT, 0.1, 500, features=TO_ONE),
            Descent(DESCENT, 0.1, 10, batch=32),
            Descent(DESCENT, 0.01, 20, batch=1),
            Descent(DESCENT, 0.01, 10_000, features=AS_THEY_ARE),
            Descent(DESCENT, 0.01, 200, batch=32, features=AS_THEY_ARE),
            Descent(ADAM, 0.5, 500, features=AS_THEY_ARE),
        ),
        rough=(
            Descent(DESCENT, 0.01, 1_000, features=AS_THEY_ARE, start="uniform 0 1"),
            Descent(DESCENT, 0.01, 1_000, features=AS_THEY_ARE, start="zeros"),
            Descent(DESCENT, 0.01, 1_000, features=AS_THEY_ARE, start="ones"),
            Descent(DESCENT, 0.01, 1_000, features=AS_THEY_ARE, start="uniform -1 1"),
            Descent(DESCENT, 0.01, 1_000, features=AS_THEY_ARE, start="normal 1"),
            Descent(DESCENT, 0.02, 1_000, features=AS_THEY_ARE),
        ),
        too_short=(
            Descent(DESCENT, 0.001, 1_000, features=AS_THEY_ARE),
            Descent(DESCENT, 0.01, 50, features=AS_THEY_ARE, batch=1),
            Descent(ADAM, 0.1, 1_000, features=AS_THEY_ARE),
            Descent(ADAM, 0.01, 5_000, features=AS_THEY_ARE),
            Descent(DESCENT, 0.01, 60),
        ),
    ),
    "all features": Variations(
        well_chosen=(
            Descent(DESCENT, 0.1, 400),
            Descent(DESCENT, 0.1, 100),
            Descent(DESCENT, 0.01, 1_000),
            Descent(DESCENT, 0.05, 300, start="normal 0.1"),
            Descent(MOMENTUM, 0.01, 300),
            Descent(ADAM, 0.3, 300, start="zeros"),
            Descent(ADAM, 0.1, 500),
            Descent(DESCENT, 0.01, 50, batch=32),
        ),
        fair=(
            Descent(DESCENT, 0.01, 300),
            Descent(DESCENT, 0.1, 1_000, features=TO_ONE),
            Descent(DESCENT, 0.01, 20, batch=32),
            Descent(DESCENT, 0.05, 20, batch=64),
            Descent(DESCENT, 0.1, 10, batch=32),
            Descent(ADAM, 0.1, 5_000, features=AS_THEY_ARE),
        ),
        rough=(
            Descent(DESCENT, 0.01, 200),
            Descent(DESCENT, 0.05, 1_000, features=TO_ONE),
        ),
        too_short=(
            Descent(ADAM, 0.1, 300),
            Descent(ADAM, 0.05, 300),
            Descent(ADAM, 0.01, 5_000, features=AS_THEY_ARE),
            Descent(ADAM, 0.1, 10_000, features=AS_THEY_ARE),
            Descent(DESCENT, 0.01, 10, batch=1),
        ),
    ),
}
