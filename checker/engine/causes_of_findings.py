"""Which findings of diagnoses fail an examined script, and which ones follow from others."""

from __future__ import annotations

from collections.abc import Sequence

from checker.outcome import CheckResult

# All others are advice: a script may have its reasons.
GRAVE = {"check_runs_to_the_end", "check_trains", "check_graph_stays", "check_loss_is_finite", "check_data_is_finite"}

_NO_PROGRESS = (
    "check_loss_is_finite",
    "check_loss_falls",
    "check_steps_are_large_enough",
    "check_every_layer_moves",
    "check_loss_is_a_mean",
    "check_first_loss_is_that_of_guessing",
)
_UNITS = ("check_units_are_alive", "check_units_are_not_saturated", "check_gradients_reach_every_layer")
_STEPS = ("check_gradients_stay_small", "check_steps_fit_each_layer")
_ALL = (
    *_NO_PROGRESS,
    *_UNITS,
    *_STEPS,
    "check_does_not_overfit",
    "check_weights_start_small",
    "check_penalty_leaves_the_loss",
)

_DATA = ("check_labels_belong_to_their_inputs", "check_labels_depend_on_inputs", "check_test_inputs_are_alike")

# A cause, and what may follow from it: told once, the cause.
CAUSES: dict[str, tuple[str, ...]] = {
    "check_data_is_finite": (*_ALL, "check_labels_are_classes", "check_test_inputs_are_alike", "check_saves_after_training"),
    "check_inputs_are_scaled": (*_ALL, "check_test_inputs_are_alike"),
    "check_inputs_keep_their_fractions": (*_ALL, *_DATA, "check_columns_vary", "check_labels_are_balanced"),
    "check_columns_vary": _ALL,
    "check_targets_are_scaled": _ALL,
    "check_output_reaches_its_targets": (*_ALL, "check_targets_are_scaled"),
    "check_layers_are_trained": (*_NO_PROGRESS, *_UNITS, *_STEPS, "check_layers_are_not_linear"),
    "check_dropout_leaves_units": _ALL,
    "check_labels_are_classes": (*_ALL, "check_loss_has_the_right_sign"),
    "check_labels_belong_to_their_inputs": _ALL,
    "check_batches_are_mixed": (*_ALL, "check_labels_are_balanced", "check_labels_are_alike"),
    "check_labels_are_alike": _ALL,
    "check_labels_depend_on_inputs": _NO_PROGRESS,
    "check_labels_are_balanced": _ALL,
    "check_test_rows_are_new": ("check_does_not_overfit",),
    "check_test_inputs_are_alike": ("check_does_not_overfit",),
    "check_loss_gets_logits": (*_ALL, "check_loss_has_the_right_sign"),
    "check_logarithm_gets_probabilities": (*_ALL, "check_loss_has_the_right_sign"),
    "check_loss_fits_its_labels": (*_ALL, "check_loss_has_the_right_sign"),
    "check_loss_keeps_its_rows": (*_ALL, "check_rows_are_independent"),
    "check_loss_has_the_right_sign": (*_ALL, "check_penalty_leaves_the_loss"),
    "check_rows_are_independent": (*_ALL, "check_logarithm_is_kept_from_zero"),
    "check_variables_are_used": ("check_every_layer_moves", "check_layers_are_not_linear", "check_units_start_different"),
    "check_penalty_leaves_the_loss": (*_NO_PROGRESS, *_UNITS, *_STEPS),
    "check_loss_is_a_mean": (*_NO_PROGRESS, *_UNITS, *_STEPS),
    "check_initialiser_runs_once": (*_ALL, "check_saves_after_training"),
    "check_units_start_different": _ALL,
    "check_biases_start_near_zero": (*_NO_PROGRESS, *_UNITS, *_STEPS, "check_weights_start_small"),
    "check_weights_start_small": (*_NO_PROGRESS, *_UNITS, *_STEPS),
    "check_gradients_stay_small": (*_NO_PROGRESS, *_UNITS, "check_steps_fit_each_layer"),
    "check_steps_fit_each_layer": (*_NO_PROGRESS, "check_units_are_alive", "check_units_are_not_saturated"),
    "check_units_are_not_saturated": ("check_loss_falls", "check_every_layer_moves", "check_gradients_reach_every_layer"),
    "check_gradients_reach_every_layer": ("check_loss_falls", "check_every_layer_moves", "check_steps_are_large_enough"),
    "check_logarithm_is_kept_from_zero": ("check_loss_has_the_right_sign", "check_loss_falls"),
    "check_loss_is_finite": (
        "check_logarithm_is_kept_from_zero",
        "check_loss_falls",
        "check_every_layer_moves",
        "check_units_are_alive",
    ),
    "check_steps_are_large_enough": ("check_loss_falls", "check_labels_depend_on_inputs", "check_every_layer_moves"),
    "check_loss_falls": ("check_every_layer_moves", "check_units_are_alive", "check_first_loss_is_that_of_guessing"),
    "check_units_are_alive": ("check_every_layer_moves",),
    "check_logs_what_changes": ("check_loss_falls",),
    "check_counts_its_steps": ("check_steps_grow",),
    "check_has_one_graph_per_run": ("check_writes_its_graph",),
    "check_steps_grow": ("check_has_one_graph_per_run",),
    "check_saves_under_a_name": ("check_uses_its_saver",),
    "check_runs_are_not_exchanged": ("check_does_not_overfit",),
}


def cause_among(finding: CheckResult, failed: Sequence[CheckResult]) -> CheckResult | None:
    """Return the finding that explains another one; None where it stands for itself."""
    for cause in failed:
        if cause is not finding and finding.id in CAUSES.get(cause.id, ()):
            return cause
    return None
