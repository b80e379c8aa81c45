"""How deep a failure lies: the order in which failures that nothing explains are told.

The keys are those of `checker.engine.cause_table`.
"""

from __future__ import annotations

# The causes from the deepest on: what goes wrong first when a script is written and run. Among the failures that nothing
# explains, the one whose key stands first here is told first. A key of check and kind counts before one of a kind, and this
# before one of a check.
ORDER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("the run", ("crash", "limit", "check_runs_to_the_end")),
    ("graph mode", ("no-graph-mode",)),
    (
        "the data that are fed",
        (
            "check_feeds_data_through_placeholders",
            "check_feeds_each_house_with_its_own_price",
            "trains-on-test-images",
            "check_trains_on_training_images",
            "not-scaled",
            "validates-on-training-images",
            "no-validation",
            "no-validation-curve",
            "no-vectors",
            "other-pairs",
            "not-shifted",
        ),
    ),
    ("a graph built in the loop", ("check_builds_its_graph_once",)),
    (
        "the structure of the graph",
        (
            "changed-before-saving",  # the graph is right, and would be taken for wrong with the values that were saved
            "check_starts_from_variables",
            "check_computes_in_the_graph",
            "check_subtracts_two_computed_numbers",
            "exclusive-or",
            "check_builds_both_arms_from_3_2_and_12",
            "not-called",
            "never-fetched",
            "check_runs_the_computation",
            "variables-not-read",
            "model-built-twice",
            "check_trains_two_numbers",
            "check_trains_thirteen_weights_and_a_bias",
            "check_is_made_of_keras_layers",
            "check_has_784_300_10_neurons",
            "check_gives_logits_to_the_loss",
            "no-network",
            "check_trains_the_same_network_twice",
            "no-memory",
            "other-power",
            "check_compares_each_house_with_its_own_price",
            "check_updates_every_variable",
        ),
    ),
    (
        "the training",
        (
            "initialiser-in-the-loop",
            "initialiser-after-training",
            "another-session",
            "never-trained",
            "saved-before-training",
            "values-from-elsewhere",
            "begins-trained",
            "saved-too-early",
            "step-not-reached",
            "check_recognises_images_it_never_saw/",  # the same scores for every image, whatever the training did
            "equal-units",
            "other-training-curve",
            "check_loss_falls/loss-not-finite",
            "check_loss_falls/rises",
            "check_loss_falls/swings",
            "check_loss_falls/stays",
        ),
    ),
    (
        "the checkpoint",
        (
            "written-elsewhere",
            "saved-elsewhere",
            "check_saves_a_checkpoint",
            "check_saves_what_it_trained",
            "check_saves_the_step_it_reached",
            "check_checkpoint_gives_the_result",
        ),
    ),
    (
        "the quality",
        (
            "check_fits_the_prices",
            "check_recognises_images_it_never_saw",
            "check_guesses_words_of_held_out_fables",
            "check_finds_neighbours_better_than_chance",
        ),
    ),
    (
        "the curves",
        (
            "check_logs_the_loss",
            "check_logs_every_epoch",
            "check_overlays_train_and_test_curves",
            "check_steps_increase",
            "check_measures_the_images_its_curves_name",
            "check_loss_falls",
            "check_logs_no_more_than_it_ran",
            "check_counts_right_answers",
            "check_logs_the_loss_of_its_checkpoint",
        ),
    ),
    (
        "what is printed",
        (
            "check_prints_the_result",
            "check_prints_the_loss_of_its_checkpoint",
            "check_prints_the_accuracy_of_its_checkpoint",
        ),
    ),
    (
        "pictures",
        (
            "check_shows_input_digits",
            "check_shows_first_layer_weights",
            "check_shows_the_weights_as_a_histogram",
            "check_plots_every_house",
            "check_plots_the_trained_line",
            "still-pictures",
            "few-pictures",
            "check_shows_the_line_moving",
            "check_shows_predicted_against_true_prices",
            "check_shows_the_line_that_it_fits",
            "check_shows_what_it_predicts",
            "check_shows_misread_digits",
            "check_shows_an_image_of_the_confusion_matrix",
            "check_confusion_matrix_is_that_of_the_checkpoint",
            "check_shows_confused_garments",
        ),
    ),
    (
        "TensorBoard",
        ("check_writes_its_graph", "check_leaves_whole_event_files", "no-record", "check_is_seen_in_tensorboard"),
    ),
)
OTHERS = "the quality"  # where a check that is not named above is told: one of a teacher's pack
