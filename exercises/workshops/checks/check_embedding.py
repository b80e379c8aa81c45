"""Workshop embedding: word vectors by skip-gram, with a loss that compares with words that are drawn."""

from __future__ import annotations

import pytest

from checker.checks import common, consistency
from checker.checks.falling import expect_falling
from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.events import EventLog
from checker.evidence.labels import read_labels
from checker.evidence.training import Training
from checker.expect import expect, listed
from checker.recompute.model import Model
from checker.subjects import TrainingCalls, about, about_feeds, about_operations
from reference.bands import FABLES, find, key_of

from .labels import expect_labels
from .networks import expect_logged
from .text_pages import expect_text_page
from .word_vectors import WordVectors, scores_all_words

LEAST_NEAR = 0.9  # of the pairs that are fed: with other labels, or another order of the words, half of them are near
FEWEST_PRINTED = 3  # words with their neighbours
HINT_OF_PAIRS = "the label of row i is the word with number i: write the file of labels from the list that numbers the words"

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


@pytest.fixture(scope="session")
def vectors(model: Model, finished: ScriptRun, training: Training) -> WordVectors:
    """The word vectors, with the labels of their rows."""
    found = read_labels(finished.logdir)
    labels, vocabulary = expect_labels(found, finished)
    return WordVectors(model, labels, vocabulary, training)


def check_labels_each_vector_with_its_word(vectors: WordVectors) -> None:
    """labels each vector with its word, for the PROJECTOR"""
    assert vectors.parts


def check_compares_with_words_that_are_drawn(vectors: WordVectors) -> None:
    """compares the right word with some that are drawn, not with all"""
    graph = vectors.model.graph
    found = scores_all_words(graph, vectors.matrices)
    where = about_operations("the loss that is minimised", found)
    hint = "tf.nn.nce_loss or tf.nn.sampled_softmax_loss takes weights and biases, and draws the words to compare with"
    expect(not found, where, "scores of the right word and of some others", f"scores of all words: {listed(found)}", hint)


check_updates_every_variable = common.check_updates_every_variable
check_builds_its_graph_once = consistency.check_builds_its_graph_once


def check_feeds_pairs_of_neighbours(vectors: WordVectors, advise: Advise) -> None:
    """feeds pairs of words that stand beside each other"""
    found = vectors.fed_pairs()
    if found is None:
        advise("No pairs of numbers came through feed_dict, so it could not be checked which words they mean.")
        return
    share, strange = found
    where = about_feeds("the numbers that are fed, read with the labels", vectors.model.graph.placeholders)
    expected = f"pairs of words that stand within {10} words of each other in the training text"
    actual = f"{share:.0%} of them do; not so {listed(strange)}"
    expect(share >= LEAST_NEAR, where, expected, actual, HINT_OF_PAIRS, "other-pairs")


check_saves_what_it_trained = consistency.check_saves_what_it_trained


def check_logs_the_loss(loss_curves: list[Curve]) -> None:
    """logs the loss while it trains"""
    expect_logged(loss_curves)


def check_loss_falls(loss_curves: list[Curve]) -> None:
    """makes its loss fall"""
    expect_falling(max(loss_curves, key=lambda curve: len(curve.points)), 0.0)


def check_guesses_words_of_held_out_fables(
    vectors: WordVectors, trained: Checkpoint, measure: Measure, advise: Advise
) -> None:
    """guesses the neighbours of words in fables that no script has seen"""
    band, parts = find(FABLES, key_of("gain of word vectors", "both", "accepted")), vectors.parts
    measure("gain on held-out pairs", parts.gain)
    measure("cross entropy of held-out pairs", parts.loss)
    hint = "does the loss fall? Look for the pairs, the rate, the first values and the number of steps"
    expect(
        band.accepts(parts.gain),
        about(f"{trained.where}, recomputed on {len(vectors.held_out_pairs):,} held-out pairs", TrainingCalls()),
        f"at least {band.bound:g} nats per pair better than a guess from how often each word comes",
        f"{parts.gain:.3f} nats better",
        hint,
        "low",
    )


def check_finds_neighbours_better_than_chance(vectors: WordVectors, trained: Checkpoint, measure: Measure) -> None:
    """gives similar vectors to words that stand in similar places"""
    band = find(FABLES, key_of("neighbours of word vectors", "both", "accepted"))
    measure("shared neighbours", vectors.shared)
    expect(
        band.accepts(vectors.shared),
        about(f"{trained.where}, the nearest vectors of the frequent words", TrainingCalls()),
        f"at least {band.bound:.0%} of the neighbours that counting pairs gives; {0.05:.0%} is chance",
        f"{vectors.shared:.1%}; {listed(vectors.nearest_to(3))}",
        "train for more steps, or with a larger rate; the vectors that are saved must be those that were trained",
        "chance",
    )


def check_prints_neighbours_of_its_checkpoint(vectors: WordVectors, trained: Checkpoint, stdout: str) -> None:
    """prints the neighbours of some words"""
    found = vectors.printed(stdout)
    expect(
        len(found) >= FEWEST_PRINTED,
        about_operations("stdout", [vectors.parts.vectors.name]),
        f"{FEWEST_PRINTED} words or more, each followed by its nearest, as the checkpoint gives them: "
        f"{listed(vectors.nearest_to(2))}",
        f"{len(found)} such words: {listed(found, 'none')}",
        "cosines: tf.nn.l2_normalize of the vectors, tf.matmul with the transposed; tf.nn.top_k, without the word itself",
        "other-neighbours",
    )


def check_shows_neighbours_as_text(events: EventLog, finished: ScriptRun) -> None:
    """shows the neighbours on the TEXT page"""
    expect_text_page(events, finished)


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran
check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
