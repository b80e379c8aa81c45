"""Workshop digits: MNIST in Keras, with validation, on class numbers and on one-hot labels."""

from __future__ import annotations

from collections import Counter

import pytest

from checker.checks import common, consistency, keras, network, network_curves
from checker.checks.saved_early import expect_end_or_best_state
from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.events import EventLog
from checker.evidence.written_record import WrittenLog
from checker.expect import expect, listed
from checker.outline import show_shape
from checker.recompute.measured_images import MeasuredImages
from checker.sandbox.evaluator import Evaluator
from checker.subjects import TrainingCalls, about, about_all, about_operations

from .networks import expect_recognises
from .validation import expect_both_curves, expect_held_back, expect_test_accuracy, of_validation
from .variants import NUMBERS, ONE_HOT, Variant, read_variants

SAME_WITHIN = 0.01  # of a loss: equal trainings differ by rounding, others by 3 % and more

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files


def check_saves_a_checkpoint(checkpoint: Checkpoint) -> None:
    """saves a checkpoint"""
    checkpoint.require_finite()


@pytest.fixture(scope="session")
def variants(finished: ScriptRun, event_log: EventLog, evaluator: Evaluator, checkpoint: Checkpoint) -> list[Variant]:
    """The networks that were saved, at most one for each kind of labels."""
    return read_variants(finished, event_log, evaluator)


def check_gives_logits_to_the_loss(variants: list[Variant], advise: Advise) -> None:
    """gives logits to the softmax cross entropy, one softmax in all"""
    advices: list[str] = []
    for variant in variants:
        network.check_gives_logits_to_the_loss(variant.network, advices.append)
    _advise_once(advices, advise)


def check_trains_on_both_kinds_of_labels(variants: list[Variant], checkpoint: Checkpoint) -> None:
    """saves a network for class numbers, and one for one-hot labels"""
    found = listed((f"{variant.labels or 'another loss'} in {variant.saved.where}" for variant in variants), "no network")
    hint = "sparse_categorical_crossentropy takes class numbers, categorical_crossentropy rows with a single 1; save both"
    wheres = [variant.saved.where for variant in variants] or [checkpoint.where]
    where = about_all(f"the checkpoints: {listed(wheres)}", *wheres)
    both = {NUMBERS, ONE_HOT} <= {variant.labels for variant in variants}
    kind = "one-kind-of-labels" if variants else "no-network"
    expect(both, where, f"one trained on {NUMBERS}, one on {ONE_HOT}", found, hint, kind)


def check_trains_the_same_network_twice(variants: list[Variant]) -> None:
    """trains networks of the same layers, built from Keras layers"""
    for variant in variants:
        keras.expect_keras_layers(variant.network.graph, "tf.keras.layers.Dense; tf.keras.Sequential puts them in a row")
    layers = {variant.labels: [each.shape for each in variant.network.graph.trainable] for variant in variants}
    different = len({frozenset(Counter(shapes).items()) for shapes in layers.values()}) > 1
    shown = (f"{labels}: {listed(map(show_shape, shapes))}" for labels, shapes in layers.items())
    hint = "one function builds the model; only the loss that compile gets differs"
    names = [each.name for variant in variants for each in variant.network.graph.trainable]
    where = about_operations("trainable variables", names)
    expect(not different, where, "the same shapes in both networks", "; ".join(shown), hint, "other-sizes")


check_updates_every_variable = common.check_updates_every_variable


def check_trains_on_training_images(variants: list[Variant], advise: Advise) -> None:
    """trains on training images, each with its own label"""
    advices: list[str] = []
    for variant in variants:
        network.check_trains_on_training_images(variant.network, advices.append)
    _advise_once(advices, advise)


def check_keeps_images_back_for_validation(variants: list[Variant], advise: Advise) -> None:
    """keeps images back for validation, on which no step trains"""
    found = [expect_held_back(variant.network) for variant in variants]
    of_test = [each for each in found if each is not None and each.of_test]
    if of_test:
        advise(
            "The validation uses test images: what is chosen by them is fitted to them. "
            "A part of the training images leaves the test for the end."
        )


def check_saves_what_it_trained(
    variants: list[Variant], recorded_events: EventLog, finished: ScriptRun, advise: Advise
) -> None:
    """saves each network after its training"""
    for variant in variants:
        training, name, where = variant.training, variant.saved.prefix.name, variant.saved.where
        save = training.last_save(name)
        before = training.count_before(save) if save else 0
        hint = "fit first, then tf.train.Saver.save with the session of Keras, tf.keras.backend.get_session()"
        found = f"saved after {before:,} of {training.count:,} training calls" if save else "no Saver of this run saved it"
        expect(before > 0, where, "a checkpoint saved after the training", found, hint, "saved-before-training")
        expect_end_or_best_state(training, name, where, [], advise)


def check_logs_curves_of_training_and_validation(variants: list[Variant], loss_curves: list[Curve]) -> None:
    """logs the loss of training and validation at every epoch, for each kind of labels"""
    expect_both_curves(loss_curves, len(variants))


check_loss_falls = network_curves.check_loss_falls


def check_both_kinds_of_labels_give_the_same_losses(variants: list[Variant], measure: Measure) -> None:
    """comes to the same losses with both kinds of labels"""
    if len(variants) < 2:
        return
    measured = [(each.network.on_training.loss, each.network.on_held_out.loss) for each in variants]
    for variant, (_, unseen) in zip(variants, measured):
        measure(f"loss on held-out images, {variant.labels}", unseen)
    same = all(abs(one - other) <= SAME_WITHIN * max(one, other) for one, other in zip(*measured))
    pairs = zip(variants, measured)
    shown = (
        f"{variant.labels}: {trained:.5f} on training images, {unseen:.5f} on others" for variant, (trained, unseen) in pairs
    )
    expect(
        same,
        about("both checkpoints, recomputed", TrainingCalls()),
        "the same losses, but for rounding",
        "; ".join(shown),
        _why_they_differ(*variants),
        "other-losses",
    )


def check_recognises_images_it_never_saw(
    variants: list[Variant], finished: ScriptRun, measure: Measure, advise: Advise
) -> None:
    """recognises images that no script has seen"""
    advices: list[str] = []
    for variant in variants:
        expect_recognises(variant.network, "digits", finished, measure, advices.append)
    _advise_once(advices, advise)


def check_logs_the_loss_of_its_checkpoint(variants: list[Variant], loss_curves: list[Curve], written: WrittenLog) -> None:
    """logs the losses of its checkpoints"""
    for variant in variants:
        measured = MeasuredImages(variant.network, written)
        # A mean over the last epoch may be far from the loss after it; that of the validation was measured after it.
        judged = [curve for curve in loss_curves if of_validation(curve)] or loss_curves
        network_curves.check_logs_the_loss_of_its_checkpoint(variant.network, judged, variant.saved, measured)


def check_evaluates_on_the_test_images(variants: list[Variant], stdout: str) -> None:
    """prints the accuracy on the test images"""
    expect_test_accuracy({variant.network.logits.node: variant.network.on_test.accuracy for variant in variants}, stdout)


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran
check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def _advise_once(advices: list[str], advise: Advise) -> None:
    """Give each advice once: what is said of one network mostly holds for the other."""
    for advice in dict.fromkeys(advices):
        advise(advice)


def _why_they_differ(first: Variant, second: Variant) -> str:
    """Return what differs between two trainings, as far as the record of the calls tells."""
    orders = [
        [int(digest) for calls in each.training.kinds for digest in calls.first_rows.get(each.network.image_node, ())]
        for each in (first, second)
    ]
    if len(orders[0]) != len(orders[1]):
        return f"{len(orders[0]):,} and {len(orders[1]):,} training calls: train both for as many epochs of the same batches"
    if all(orders) and orders[0] != orders[1]:
        return "the images came in another order: fit shuffles with NumPy, so call np.random.seed before each fit"
    return "begin with the same weights, by seeds of the initialisers or by set_weights; same optimiser, same rate"
