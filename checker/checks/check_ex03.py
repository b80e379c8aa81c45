"""Exercise 03: linear regression on all thirteen variables."""

from __future__ import annotations

from checker.checks import common, linear, story
from checker.checks.linear import expect_moving_picture
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.expect import expect, listed
from checker.script_run import ScriptRun

WEIGHTS = 13


check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint
check_feeds_data_through_placeholders = linear.check_feeds_data_through_placeholders
check_feeds_each_house_with_its_own_price = linear.check_feeds_each_house_with_its_own_price
check_builds_its_graph_once = story.check_builds_its_graph_once


def check_trains_thirteen_weights_and_a_bias(graph: Graph) -> None:
    """trains thirteen weights and a bias"""
    sizes = [variable.size for variable in graph.trainable]
    hint = (
        "a bias has one value, whatever the number of houses" if max(sizes, default=0) > 100 else "weights [13, 1], bias [1]"
    )
    expect(
        sum(sizes) == WEIGHTS + 1,
        "trainable variables",
        "13 weights and a bias",
        listed(map(str, graph.trainable), "none"),
        hint,
    )


check_updates_every_variable = common.check_updates_every_variable
check_compares_each_house_with_its_own_price = linear.check_compares_each_house_with_its_own_price
check_saves_what_it_trained = story.check_saves_what_it_trained
check_saves_the_step_it_reached = story.check_saves_the_step_it_reached
check_fits_the_prices = linear.check_fits_the_prices
check_logs_the_loss = linear.check_logs_the_loss
check_loss_falls = linear.check_loss_falls
check_logs_no_more_than_it_ran = story.check_logs_no_more_than_it_ran
check_logs_the_loss_of_its_checkpoint = linear.check_logs_the_loss_of_its_checkpoint
check_prints_the_loss_of_its_checkpoint = linear.check_prints_the_loss_of_its_checkpoint


def check_shows_the_weights_as_a_histogram(events: EventLog, finished: ScriptRun) -> None:
    """shows its weights as a histogram"""
    found = [(tag, series) for _, tag, series in events.histograms()]
    counts = [f"{tag}: {series[-1].count:g} values, {len(series)} steps" for tag, series in found]
    of_weights = [tag for tag, series in found if series[-1].count == WEIGHTS and len({h.step for h in series}) >= 3]
    hint = 'tf.summary.histogram("weights", weights), added with its step'
    expect(
        bool(of_weights), finished.exercise.logdir, "a histogram of 13 values at three steps or more", listed(counts), hint
    )


def check_shows_predicted_against_true_prices(events: EventLog, finished: ScriptRun) -> None:
    """shows predicted against true prices as an image"""
    images = [(tag, [image.encoded for image in series]) for _, tag, series in events.images()]
    expect_moving_picture(images, finished.exercise.logdir, "predicted against true prices")


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
