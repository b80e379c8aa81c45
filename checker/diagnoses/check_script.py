"""What `python -m checker examine` asks of a script, causes before what follows from them."""

from __future__ import annotations

from checker.checks import common
from checker.diagnoses import (
    belonging,
    data,
    dropout,
    gradients,
    labels,
    logged,
    loss,
    measuring,
    outputs,
    saving,
    start,
    structure,
    training,
    units,
)
from checker.diagnoses import evidence as _evidence

record, graph, examined, unexamined = _evidence.record, _evidence.graph, _evidence.examined, _evidence.unexamined

check_runs_to_the_end = common.check_runs_to_the_end
check_trains = training.check_trains
check_graph_stays = training.check_graph_stays

check_data_is_fed = data.check_data_is_fed
check_data_is_finite = data.check_data_is_finite
check_inputs_are_scaled = data.check_inputs_are_scaled
check_inputs_keep_their_fractions = data.check_inputs_keep_their_fractions
check_columns_vary = data.check_columns_vary
check_labels_are_classes = labels.check_labels_are_classes
check_labels_belong_to_their_inputs = labels.check_labels_belong_to_their_inputs
check_labels_are_alike = belonging.check_labels_are_alike
check_labels_are_balanced = labels.check_labels_are_balanced
check_batches_are_mixed = labels.check_batches_are_mixed
check_test_rows_are_new = measuring.check_test_rows_are_new
check_test_inputs_are_alike = measuring.check_test_inputs_are_alike
check_targets_are_scaled = outputs.check_targets_are_scaled

check_model_is_built_once = structure.check_model_is_built_once
check_loss_gets_logits = loss.check_loss_gets_logits
check_logarithm_gets_probabilities = loss.check_logarithm_gets_probabilities
check_logarithm_is_kept_from_zero = loss.check_logarithm_is_kept_from_zero
check_loss_fits_its_labels = loss.check_loss_fits_its_labels
check_loss_keeps_its_rows = loss.check_loss_keeps_its_rows
check_loss_has_the_right_sign = loss.check_loss_has_the_right_sign
check_rows_are_independent = structure.check_rows_are_independent
check_output_reaches_its_targets = outputs.check_output_reaches_its_targets
check_layers_are_trained = outputs.check_layers_are_trained
check_layers_are_not_linear = structure.check_layers_are_not_linear
check_accuracy_is_over_classes = structure.check_accuracy_is_over_classes
check_variables_are_used = structure.check_variables_are_used
check_penalty_leaves_the_loss = loss.check_penalty_leaves_the_loss
check_loss_is_a_mean = loss.check_loss_is_a_mean
check_dropout_leaves_units = outputs.check_dropout_leaves_units
check_test_is_without_dropout = dropout.check_test_is_without_dropout
check_averages_are_updated = units.check_averages_are_updated

check_initialiser_runs_once = training.check_initialiser_runs_once
check_units_start_different = start.check_units_start_different
check_biases_start_near_zero = start.check_biases_start_near_zero
check_weights_start_small = start.check_weights_start_small
check_first_loss_is_that_of_guessing = start.check_first_loss_is_that_of_guessing

check_gradients_reach_every_layer = gradients.check_gradients_reach_every_layer
check_gradients_stay_small = gradients.check_gradients_stay_small
check_steps_fit_each_layer = gradients.check_steps_fit_each_layer
check_units_are_not_saturated = units.check_units_are_not_saturated
check_units_are_alive = units.check_units_are_alive
check_labels_depend_on_inputs = belonging.check_labels_depend_on_inputs
check_loss_is_finite = training.check_loss_is_finite
check_steps_are_large_enough = training.check_steps_are_large_enough
check_loss_falls = training.check_loss_falls
check_every_layer_moves = units.check_every_layer_moves
check_does_not_overfit = training.check_does_not_overfit

check_saves_after_training = saving.check_saves_after_training
check_saves_all_variables = saving.check_saves_all_variables
check_saves_under_a_name = saving.check_saves_under_a_name
check_uses_its_saver = saving.check_uses_its_saver
check_restores_what_it_says = saving.check_restores_what_it_says
check_counts_its_steps = logged.check_counts_its_steps
check_steps_grow = logged.check_steps_grow
check_logs_in_whole = logged.check_logs_in_whole
check_writes_its_graph = logged.check_writes_its_graph
check_has_one_graph_per_run = logged.check_has_one_graph_per_run
check_pictures_can_be_drawn = logged.check_pictures_can_be_drawn
check_logs_what_changes = logged.check_logs_what_changes
check_runs_are_not_exchanged = logged.check_runs_are_not_exchanged
