"""How several runs are compared in TensorBoard: the same tags in each of them, and what HPARAMS is told."""

from __future__ import annotations

from collections.abc import Sequence

from checker.checks.network_measures import copied_curves
from checker.evidence.curves import Curve, run_folder
from checker.evidence.events import EventLog
from checker.expect import expect, fail, listed
from checker.outcome import Mismatch
from checker.recompute.several import OneOfSeveral
from checker.subjects import WriterOf, about, about_all, about_operations

FEWEST_POINTS = 5
HPARAMS_OF_RUN = "_hparams_/session_start_info"  # the tag under which TensorBoard's plugin keeps them
ACCURACY_WITHIN = 0.07  # the last points may be some steps older than the checkpoint, or be of a batch


def compared_curves(curves: Sequence[Curve], runs: int) -> list[Curve]:
    """Return the curves whose tag is in at least so many runs. Raises `Mismatch` without any, or where they are short."""
    tags: dict[str, set[str]] = {}
    for curve in curves:
        tags.setdefault(curve.tag, set()).add(curve.run)
    found = [curve for curve in curves if len(tags[curve.tag]) >= runs]
    expect(
        bool(found),
        about_all(curves[0].logdir, *(curve.where for curve in curves[:runs])),
        f"one tag in {runs} runs, one run for each model",
        listed(f"{tag} in run {listed(sorted(names))}" for tag, names in tags.items()),
        "a FileWriter for each model, each with a folder of its own, and the same tag in all of them",
        "not-compared",
    )
    for curve in found:
        count = "one point" if len(curve.points) == 1 else f"{len(curve.points)} points"
        hint = "call writer.add_summary in the loop, with the step"
        expect(len(curve.points) >= FEWEST_POINTS, curve.where, f"{FEWEST_POINTS} points or more", count, hint, "few-points")
        curve.require_growing_steps()
    copied = copied_curves(found)
    if copied is not None:
        first, second = copied
        hint = "each run gets the values of its own model: fetch all of them, and write each into its folder"
        fail(second.where, f"values other than those of run {first.run}", "the same values", hint, "copied-curves")
    return found


def are_compared(curves: Sequence[Curve], runs: int) -> bool:
    """Whether `compared_curves` finds curves."""
    try:
        return bool(compared_curves(curves, runs))
    except Mismatch:
        return False


def expect_ends_like(curves: Sequence[Curve], kind: str, network: OneOfSeveral) -> None:
    """Raise `Mismatch` unless some accuracy ends near that of a model in the checkpoint."""
    true = [network.on_test.accuracy, network.on_training.accuracy]
    ends = {curve.where: value / _unit(curve) for curve in curves for value in (curve.tail, curve.values[-1])}
    expect(
        any(abs(end - accuracy) <= ACCURACY_WITHIN for end in ends.values() for accuracy in true),
        about_all("the last logged accuracies", *(curve.where_computed for curve in curves[:4])),
        f"{true[0]:.3f} in one of them, what the {kind} model of the checkpoint gives on the test images",
        listed(f"{end:.3f}" for end in ends.values()),
        "compare tf.argmax(scores, 1), one class per image, with the labels of the same images; log it until the end",
    )


def expect_hparams(log: EventLog, logdir: str, runs: int) -> None:
    """Raise `Mismatch` unless HPARAMS is told what was chosen for so many runs."""
    told = [run.name for run in log.runs.values() if HPARAMS_OF_RUN in run.others.get("hparams", {})]
    found = listed((run_folder(logdir, name) for name in told), "no run")
    expect(
        len(told) >= runs,
        about(logdir, *(WriterOf(run_folder(logdir, name)) for name in log.runs)),
        f"the choices of {runs} runs, each in the folder of its run",
        f"those of {found}",
        "hparams_pb of tensorboard.plugins.hparams.api, as bytes into tf.Summary.FromString; each run gets its own",
        "no-hparams",
    )


def expect_accuracies(numbers: Sequence[float], networks: dict[str, OneOfSeveral], within: float) -> None:
    """Raise `Mismatch` unless the accuracy of each network on the test images is among some numbers."""
    true = {kind: network.on_test.accuracy for kind, network in networks.items()}
    missing = [
        kind
        for kind, share in true.items()
        if not any(abs(number / unit - share) <= within for number in numbers for unit in (1, 100))
    ]
    expect(
        not missing,
        about_operations("stdout", [networks[kind].logits.node for kind in missing]),
        listed(f"{share:.3f} of the {kind} model" for kind, share in true.items()) + ", on the test images",
        listed(map("{:.4g}".format, numbers[-6:]), "no number"),
        "compute the accuracy of each model on x_test and y_test after the training",
    )


def _unit(curve: Curve) -> float:
    """Return the value that stands for a perfect accuracy: 1, or 100 for percentages."""
    return 100.0 if max(curve.values) > 1.0 else 1.0
