"""Workshop mlp_keras: a network of three hidden layers, in Keras."""

from __future__ import annotations

from checker.checks import common, consistency, keras, network, network_curves
from checker.engine.fixtures import Advise
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.graph import Graph
from checker.recompute.classifier import ClassifierModel

from . import networks
from .networks import MLP, expect_infers, expect_sizes

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


def check_is_made_of_keras_layers(graph: Graph) -> None:
    """is built from Keras Dense layers"""
    keras.expect_keras_layers(graph, "tf.keras.layers.Dense for each layer; tf.keras.Model takes the input and the output")


def check_has_layers_of_64_32_16_and_10_neurons(graph: Graph) -> None:
    """has 784 inputs and layers of 64, 32, 16 and 10 neurons: 53,018 parameters"""
    expect_sizes(graph, MLP, "tf.keras.layers.Dense takes the number of neurons: one for each of the four layers")


check_has_an_activation_behind_each_hidden_layer = networks.check_has_an_activation_behind_each_hidden_layer
check_gives_logits_to_the_loss = network.check_gives_logits_to_the_loss
check_updates_every_variable = common.check_updates_every_variable
check_builds_its_graph_once = consistency.check_builds_its_graph_once
check_trains_on_training_images = network.check_trains_on_training_images
check_saves_what_it_trained = consistency.check_saves_what_it_trained


check_logs_every_epoch = keras.check_logs_every_epoch
check_loss_falls = network_curves.check_loss_falls
check_recognises_images_it_never_saw = networks.check_recognises_images_it_never_saw


def check_answers_images_of_unknown_class(classifier: ClassifierModel, trained: Checkpoint, advise: Advise) -> None:
    """answers images of unknown class: no labels are fed"""
    hint = "Model.predict takes images alone; Model.evaluate takes labels, too"
    expect_infers(classifier, hint, advise)


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran
check_logs_the_loss_of_its_checkpoint = network_curves.check_logs_the_loss_of_its_checkpoint
check_prints_the_accuracy_of_its_checkpoint = network_curves.check_prints_the_accuracy_of_its_checkpoint
check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
