"""The runs that the bands of the workshops come from: honest ones, as learners write them, and wrong ones."""

from __future__ import annotations

from reference.dense import DEEP, LOGISTIC, MLP, NEURON, Dense
from reference.letter_variations import READERS
from reference.variations import ADAM, DESCENT, MOMENTUM, Variations

# The first settings are those of the documents, with what makes them learn.
MLPS: Variations[Dense] = Variations(
    well_chosen=(
        Dense(MLP, ADAM, 1e-3, 128, 400),
        Dense(MLP, ADAM, 3e-3, 100, 800, "sigmoid"),
        Dense(MLP, ADAM, 2e-3, 256, 200),
        Dense(MLP, ADAM, 1e-3, 100, 500, weights="normal 0.1"),
        Dense(MLP, MOMENTUM, 0.05, 128, 400),
        Dense(MLP, DESCENT, 0.1, 64, 1600),
    ),
    fair=(
        Dense(MLP, DESCENT, 0.1, 128, 400),
        Dense(MLP, DESCENT, 0.5, 100, 500),
        Dense(MLP, ADAM, 1e-2, 128, 250),
        Dense(MLP, ADAM, 1e-3, 100, 1000, "sigmoid"),
        Dense(MLP, ADAM, 2e-3, 50, 500, images=5_000),
        Dense(MLP, ADAM, 3e-3, 100, 1000, "sigmoid", weights="normal 1"),
    ),
    rough=(
        Dense(MLP, ADAM, 3e-3, 100, 500, "sigmoid", weights="normal 1"),
        Dense(MLP, ADAM, 2e-3, 100, 500, "sigmoid", weights="normal 1"),
        Dense(MLP, ADAM, 2e-3, 100, 400, "sigmoid", weights="normal 1"),
    ),
    too_short=(Dense(MLP, ADAM, 1e-3, 100, 100, "sigmoid"),),
    wrong={
        "untrained": Dense(MLP, ADAM, 1e-3, 100, 0),
        "labels of other images": Dense(MLP, ADAM, 1e-3, 100, 300, shuffled_labels=True),
        "ten epochs of a hundred images": Dense(MLP, ADAM, 1e-3, 10, 100, images=100),
        "sigmoids and gradient descent at 0.05": Dense(MLP, DESCENT, 0.05, 128, 640, "sigmoid"),
        "sigmoids, deviation 1 and gradient descent at 0.001": Dense(
            MLP, DESCENT, 1e-3, 100, 1000, "sigmoid", weights="normal 1"
        ),
    },
    unseen={
        "a sigmoid before the softmax": Dense(MLP, ADAM, 3e-3, 100, 800, "sigmoid", is_squashed=True),
        "a sigmoid before the softmax, behind ReLUs": Dense(MLP, ADAM, 1e-3, 100, 500, is_squashed=True),
    },
)

LOGISTICS: Variations[Dense] = Variations(
    well_chosen=(
        Dense(LOGISTIC, DESCENT, 0.01, 256, 1000, weights="ones", is_summed=True),
        Dense(LOGISTIC, DESCENT, 0.5, 256, 1000, weights="ones"),
        Dense(LOGISTIC, DESCENT, 0.1, 256, 1000, weights="zeros"),
        Dense(LOGISTIC, ADAM, 1e-3, 256, 1000, weights="zeros"),
        Dense(LOGISTIC, ADAM, 1e-2, 256, 1000, weights="zeros"),
    ),
    fair=(Dense(LOGISTIC, DESCENT, 0.5, 256, 1000, weights="normal 1"),),
    rough=(
        Dense(LOGISTIC, DESCENT, 0.01, 256, 1000, weights="ones"),
        Dense(LOGISTIC, DESCENT, 0.01, 256, 1000, weights="normal 0.1"),
        Dense(LOGISTIC, DESCENT, 0.01, 256, 1000, weights="normal 0.2"),
    ),
    too_short=(
        Dense(LOGISTIC, DESCENT, 0.001, 256, 1000, weights="ones"),
        Dense(LOGISTIC, DESCENT, 0.1, 256, 1000, weights="normal 1"),
        Dense(LOGISTIC, DESCENT, 0.01, 256, 1000, weights="normal 1"),
    ),
    wrong={
        "untrained": Dense(LOGISTIC, DESCENT, 0.01, 256, 0),
        "labels of other images": Dense(LOGISTIC, DESCENT, 0.5, 256, 1000, weights="ones", shuffled_labels=True),
        "a hundred images": Dense(LOGISTIC, DESCENT, 0.5, 100, 1000, weights="ones", images=100),
        "ten steps": Dense(LOGISTIC, DESCENT, 0.01, 256, 10, weights="ones"),
    },
)

# One neuron on two digits. Its labels are 0 and 1.
NEURONS: Variations[Dense] = Variations(
    well_chosen=(
        Dense(NEURON, DESCENT, 0.1, 100, 1000, weights="normal 0.01"),
        Dense(NEURON, DESCENT, 1e-2, 100, 1000, weights="normal 0.01"),
        Dense(NEURON, DESCENT, 0.1, 50, 300, weights="normal 0.1"),
        Dense(NEURON, ADAM, 1e-3, 100, 1000, weights="zeros"),
        Dense(NEURON, ADAM, 1e-2, 64, 500, weights="normal 0.1"),
    ),
    fair=(Dense(NEURON, DESCENT, 0.1, 100, 500, weights="normal 0.01", images=1_000),),
    rough=(
        Dense(NEURON, DESCENT, 1e-3, 100, 1000, weights="normal 0.01"),
        Dense(NEURON, DESCENT, 0.1, 100, 1000, weights="normal 1"),
    ),
    too_short=(),
    wrong={
        "deviation 1 and gradient descent at 0.001": Dense(NEURON, DESCENT, 1e-3, 100, 1000, weights="normal 1"),
        "labels of other images": Dense(NEURON, DESCENT, 0.1, 100, 1000, weights="normal 0.01", shuffled_labels=True),
    },
)

# The network of digits and images. A quarter of the training images, or all but a few, are kept back for validation.
DIGITS: Variations[Dense] = Variations(
    well_chosen=(
        Dense(DEEP, DESCENT, 0.1, 64, 1170, images=7_500),
        Dense(DEEP, DESCENT, 0.05, 64, 2340, images=7_500),
        Dense(DEEP, ADAM, 1e-3, 64, 590, images=7_500),
        Dense(DEEP, MOMENTUM, 0.01, 64, 1170, images=7_500),
    ),
    fair=(
        Dense(DEEP, DESCENT, 0.01, 64, 2340, images=7_500),
        Dense(DEEP, DESCENT, 0.05, 32, 700, images=5_000),
        Dense(DEEP, ADAM, 1e-3, 100, 1000, "sigmoid", images=8_000),
        Dense(DEEP, ADAM, 1e-3, 32, 320, images=2_000),
    ),
    rough=(
        Dense(DEEP, DESCENT, 0.01, 64, 1170, images=7_500),
        Dense(DEEP, DESCENT, 0.005, 64, 2340, images=7_500),
        Dense(DEEP, DESCENT, 1e-3, 64, 2340, images=7_500),
    ),
    too_short=(Dense(DEEP, DESCENT, 1e-3, 64, 590, images=7_500),),
    wrong={
        "untrained": Dense(DEEP, DESCENT, 0.1, 64, 0),
        "labels of other images": Dense(DEEP, ADAM, 1e-3, 64, 590, shuffled_labels=True),
        "ten epochs of fifty images": Dense(DEEP, ADAM, 1e-3, 10, 50, images=50),
        "sigmoids and gradient descent at 0.01": Dense(DEEP, DESCENT, 0.01, 64, 1170, "sigmoid", images=7_500),
    },
)

IMAGES: Variations[Dense] = Variations(
    well_chosen=(
        Dense(DEEP, ADAM, 1e-3, 64, 1250, images=2_000),
        Dense(DEEP, ADAM, 1e-3, 64, 3500, images=7_500),
        Dense(DEEP, DESCENT, 0.1, 64, 2500, images=4_000),
        Dense(DEEP, MOMENTUM, 0.01, 64, 2000, images=4_000),
    ),
    fair=(
        Dense(DEEP, ADAM, 1e-3, 32, 1000, images=1_000),
        Dense(DEEP, ADAM, 3e-3, 64, 1000, images=2_000),
        Dense(DEEP, DESCENT, 0.05, 32, 2500, images=2_000),
    ),
    rough=(Dense(DEEP, ADAM, 1e-3, 32, 400, images=150),),
    too_short=(Dense(DEEP, DESCENT, 0.05, 32, 500, images=100),),
    wrong={
        "untrained": Dense(DEEP, ADAM, 1e-3, 64, 0),
        "labels of other images": Dense(DEEP, ADAM, 1e-3, 64, 1250, images=2_000, shuffled_labels=True),
        "thirty images": Dense(DEEP, ADAM, 1e-3, 10, 200, images=30),
    },
)

# By network and level: what the band is for.
REASONS = {
    ("mlp", "accepted"): (
        "Every honest training passes, also one from weights with deviation 1. None passes that saw a hundred images or "
        "wrong labels, nor one that stays on the plateau of four sigmoids in a row."
    ),
    ("mlp", "good"): (
        "A network below it passes with advice: well chosen trainings lie above; weights drawn with deviation 1, or a few "
        "slow epochs, leave it below."
    ),
    ("digits", "accepted"): (
        "Honest trainings pass whose validation takes a part of the images, also twenty epochs of the document's gradient "
        "descent at 0.001. None passes that saw fifty images or wrong labels."
    ),
    ("digits", "good"): (
        "A network below it passes with advice: well chosen trainings lie above; gradient descent at 0.01 and less has not "
        "arrived after ten epochs."
    ),
    ("images", "accepted"): (
        "Trainings pass that overfit, also on 150 garments: what is learnt by heart costs the others little. None passes "
        "that saw thirty garments, or wrong labels."
    ),
    ("images", "good"): (
        "A network below it passes with advice: trainings on two thousand garments and more lie above, on 150 below."
    ),
    ("housing", "accepted"): (
        "Every honest training passes, also fifty epochs of the document's gradient descent at 0.001. None passes that is "
        "no better than the mean price, was not trained, or for two epochs."
    ),
    ("logistic", "accepted"): (
        "A thousand steps pass on the sum at 0.01, and on the mean at 0.01 or more. None passes that made ten steps, saw a "
        "hundred images, or wrong labels."
    ),
    ("logistic", "good"): (
        "A classifier below it passes with advice: the sum at 0.01, or the mean at ten times that rate and more, lie above; "
        "the mean at 0.01 has not arrived after a thousand steps."
    ),
    **{
        (name, "accepted"): (
            "Every honest training passes, also a slow one, and one from large weights. None passes that was not trained, "
            "made ten steps, saw a hundred letters, or wrong labels."
        )
        for name in READERS
    },
    **{
        (name, "good"): (
            "A model below it passes with advice: well chosen trainings lie above; a slow one, or one from large weights, "
            "leaves it below."
        )
        for name in READERS
    },
}
