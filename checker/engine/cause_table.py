"""What explains what: one mistake makes several checks fail, and only the first cause of them is to be told.

The table below is plain data. A key names failures:

- the id of a check, ``check_loss_falls``: whatever that check found;
- a kind, ``broadcast``: what `checker.expect.fail` was told, in whichever check it came up;
- both, ``check_loss_falls/stays``; with nothing after the stroke, the failures of the check that have no kind.

A row stands here only where the effect *surely* follows: a second mistake that is independent stays a failure.
"""

from __future__ import annotations

from checker.engine.explanations import (
    DISAGREES,
    EVERYTHING,
    LOST,
    NO_PROGRESS,
    POOR,
    STAYS,
    STILL,
    SWINGS,
    Explanation,
)

TABLE: tuple[Explanation, ...] = (
    Explanation("crash", (EVERYTHING,), "what comes after the error never ran"),
    Explanation("limit", (EVERYTHING,), "what comes after the limit never ran"),
    Explanation("no-graph-mode", (EVERYTHING,), "without a session there is no graph that ran"),
    # The data
    Explanation(
        "check_feeds_each_house_with_its_own_price",
        (*NO_PROGRESS, *STILL, "not-finite", "check_fits_the_prices", "other-points", "other-line"),
        "the wrong numbers are learnt and drawn; prices of 50 as rooms let the step overshoot",
    ),
    Explanation("check_feeds_data_through_placeholders", (STAYS, "check_fits_the_prices"), "the decimals are cut off"),
    Explanation(
        "check_trains_on_training_images/",
        (STAYS, "stops-at-a-floor", *POOR),
        "labels of other images cannot be learnt",
    ),
    Explanation("no-vectors", ("other-pairs",), "without a label for each row, numbers mean other words"),
    Explanation("other-pairs", ("low", "chance", "other-neighbours"), "the vectors are of other words, or of no neighbours"),
    Explanation(
        "check_guesses_words_of_held_out_fables",
        ("check_finds_neighbours_better_than_chance",),
        "vectors that guess no better than chance have learnt nothing",
    ),
    Explanation("not-shifted", (*NO_PROGRESS, "low", "no-words"), "another character than the next one is learnt"),
    Explanation("no-memory", ("low", "no-words", "state-of-zeros"), "what remembers nothing has nothing to hand on"),
    # A graph that is built in the loop: tags become loss, loss_1, loss_2, each with one point or one picture.
    Explanation(
        "check_builds_its_graph_once",
        (
            "few-points",
            "too-short",
            *STILL,
            "few-pictures",
            "check_counts_right_answers",
            "check_logs_the_loss_of_its_checkpoint",
            "no-histogram-of-13",
            "check_is_seen_in_tensorboard",
        ),
        "each summary that is made in the loop gets a tag of its own",
    ),
    # The structure
    Explanation(
        "changed-before-saving",
        ("check_subtracts_two_computed_numbers", "check_builds_both_arms_from_3_2_and_12"),
        "both are computed with the values that were saved",
    ),
    Explanation(
        "check_computes_in_the_graph",
        ("no-subtraction", "check_builds_both_arms_from_3_2_and_12"),
        "what is given ready-made is not computed from 3, 2 and 12",
    ),
    Explanation(
        "check_subtracts_two_computed_numbers",
        (
            "prints-another-number",
            "exclusive-or",
            "check_builds_both_arms_from_3_2_and_12",
            "check_checkpoint_gives_the_result/",
        ),
        "an arm that is wrong makes the result wrong wherever it is shown",
    ),
    Explanation(
        "check_subtracts_two_computed_numbers/no-subtraction",
        ("variables-not-read",),
        "where nothing is computed, nothing reads the variables",
    ),
    Explanation(
        "model-built-twice",
        (
            "check_trains_two_numbers",
            "check_trains_thirteen_weights_and_a_bias",
            "other-sizes",
            *POOR,
            *DISAGREES,
            "other-line",
        ),
        "there are twice as many variables, and those of the copy were not trained",
    ),
    Explanation("check_trains_two_numbers", ("check_fits_the_prices", "other-line"), "it is another model than the line"),
    Explanation(
        "check_trains_thirteen_weights_and_a_bias",
        ("check_compares_each_house_with_its_own_price/", "check_fits_the_prices", "no-histogram-of-13"),
        "with other weights there are other columns and another model",
    ),
    Explanation("check_has_784_300_10_neurons/other-sizes", ("no-such-weights",), "the first layer has other sizes"),
    Explanation(
        "check_has_784_300_10_neurons/no-weights",
        ("no-such-weights", STAYS, *POOR, "check_recognises_images_it_never_saw/"),
        "without weights, all inputs and all classes count the same",
    ),
    Explanation(
        "check_gives_logits_to_the_loss",
        (
            "check_loss_falls/loss-not-finite",
            STAYS,
            "stops-at-a-floor",
            *POOR,
            "check_recognises_images_it_never_saw/",
            "check_logs_the_loss_of_its_checkpoint",
        ),
        "it is another loss than the cross entropy, with little or no gradient",
    ),
    Explanation(
        "check_gives_logits_to_the_loss/scores-as-probabilities",
        ("check_counts_right_answers", "check_prints_the_accuracy_of_its_checkpoint"),
        "what the loss is given are not the scores that the accuracy was counted from",
    ),
    Explanation(
        "check_compares_each_house_with_its_own_price/broadcast",
        (STAYS, SWINGS, *STILL, "check_fits_the_prices", "check_logs_the_loss_of_its_checkpoint"),
        "a house compared with every price learns the mean price",
    ),
    Explanation(
        "check_compares_each_house_with_its_own_price/sum-of-gradients",
        (*NO_PROGRESS, *STILL, "not-finite", "check_fits_the_prices"),
        "the step is as many times too long as there are houses",
    ),
    Explanation(
        "check_compares_each_house_with_its_own_price/absolute-error",
        (STAYS, SWINGS, *STILL, "check_fits_the_prices"),
        "its gradient does not shrink near the minimum",
    ),
    Explanation(
        "check_updates_every_variable",
        (STAYS, *STILL, *POOR, "check_recognises_images_it_never_saw/", "never-trained"),
        "what nothing updates keeps its first value",
    ),
    Explanation(
        "trains-on-test-images", ("check_recognises_images_it_never_saw/leak",), "that is why test images are known by heart"
    ),
    # The training
    Explanation("initialiser-in-the-loop", (STAYS, SWINGS, *STILL, *LOST), "each step begins again"),
    Explanation("initialiser-after-training", LOST, "what was trained is gone before it is saved"),
    Explanation("saved-too-early", LOST, "the training went on without being saved"),
    Explanation("another-session", LOST, "the values that were trained are in the other session"),
    Explanation(
        "never-trained", (STAYS, *STILL, *POOR, "check_recognises_images_it_never_saw/"), "nothing changes a variable"
    ),
    Explanation(
        "saved-before-training", (*POOR, *DISAGREES, "step-not-reached"), "the checkpoint is that of an untrained model"
    ),
    Explanation(
        "step-not-reached", ("chance", "check_fits_the_prices"), "the values that were saved are not those that were trained"
    ),
    Explanation(
        "check_recognises_images_it_never_saw/",
        (STAYS, "flat-weights"),
        "scores that are equal for every image cannot be learnt from",
    ),
    Explanation("equal-units", (STAYS,), "hidden units that are alike learn little"),
    Explanation(
        "check_loss_falls/loss-not-finite", ("not-finite", *STILL, *POOR), "steps that overshoot take the variables along"
    ),
    *(Explanation(key, (*STILL, *POOR), "what is not learnt is not known") for key in NO_PROGRESS[1:]),
    Explanation(
        "check_recognises_images_it_never_saw/chance",
        DISAGREES,
        "a curve or a line that says more speaks of other values than those that were saved",
    ),
    # The checkpoint, the curves, what is printed
    Explanation(
        "other-training-curve", (*NO_PROGRESS, "stops-at-a-floor"), "the curve that has to fall is one of other images"
    ),
    Explanation("no-validation", ("no-validation-curve", "no-two-curves"), "what is not measured cannot be drawn"),
    Explanation("not-scaled", (*NO_PROGRESS, "not-finite", *POOR), "columns of hundreds let each step overshoot"),
    Explanation("check_feeds_each_house_with_its_own_price", ("low",), "prices of other houses cannot be learnt"),
    Explanation("no-validation-curve", ("no-two-curves",), "what is not drawn cannot rise"),
    Explanation(
        "validates-on-training-images", ("no-overfitting", "other-gap"), "what is learnt by heart is measured as well"
    ),
    Explanation(
        "check_gives_logits_to_the_loss",
        ("one-kind-of-labels", "no-network", "no-overfitting", "other-gap"),
        "which labels it takes is told by its loss; another loss has another floor",
    ),
    Explanation("no-network", NO_PROGRESS, "without a loss of classes nothing is learnt"),
    Explanation("check_trains_the_same_network_twice", ("other-losses",), "other networks come to other losses"),
    Explanation("written-elsewhere", ("saved-elsewhere",), "both are written below another folder"),
    Explanation("check_logs_every_epoch", ("too-short",), "one epoch is one point"),
    Explanation("check_logs_the_loss/few-points", ("too-short",), "one point is no curve"),
    Explanation("check_counts_right_answers", ("check_prints_the_accuracy_of_its_checkpoint",), "what is logged is printed"),
    Explanation(
        "check_logs_the_loss_of_its_checkpoint", ("check_prints_the_loss_of_its_checkpoint",), "what is logged is printed"
    ),
    Explanation("check_leaves_whole_event_files", ("no-record",), "who leaves by os._exit closes no file and no record"),
    Explanation("not-called", ("never-fetched",), "a method that nobody calls computes nothing"),
    Explanation("never-fetched", ("prints-another-number",), "what no session gives cannot be printed"),
    Explanation("values-from-elsewhere", DISAGREES, "the curve and the words are those of the training"),
    Explanation("other-power", (*NO_PROGRESS, *STILL, "not-finite", *POOR, *DISAGREES), "it is another loss"),
    # Pictures
    Explanation(
        "check_recognises_images_it_never_saw/leak",
        ("check_shows_misread_digits", "check_shows_confused_garments"),
        "who knows the test images by heart misreads few of them",
    ),
    Explanation("still-pictures", ("other-pictures",), "what does not move does not come near"),
    Explanation("few-pictures", ("other-pictures",), "too few to show how it comes near"),
    Explanation(
        "check_plots_every_house/no-figure", ("check_plots_the_trained_line/no-figure",), "there is no figure at all"
    ),
    Explanation(
        "check_shows_an_image_of_the_confusion_matrix/blank-matrix",
        ("no-matrix", "check_confusion_matrix_is_that_of_the_checkpoint"),
        "no matrix was drawn at all",
    ),
)
