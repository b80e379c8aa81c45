"""Workshop sequences: a recurrent network that guesses, and writes, one character after the other."""

from __future__ import annotations

import numpy as np
import pytest

from checker.checks import common, consistency
from checker.checks.falling import expect_falling
from checker.engine.fixtures import Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.events import EventLog
from checker.evidence.training import Training
from checker.expect import expect, listed
from checker.recompute.model import Model
from checker.subjects import TrainingCalls, about, about_all, about_feeds, about_operations
from reference.bands import FABLES, find, key_of
from reference.characters import PROMPTS, TEMPERATURE, WRITTEN, known_runs

from .character_model import CharacterModel
from .networks import expect_logged
from .text_pages import expect_text_page

LEAST_SHIFTED = 0.95  # of the labels: they are the characters that follow
UNTRAINED_BITS = float(np.log2(78))  # of equally likely characters
check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


@pytest.fixture(scope="session")
def characters(model: Model, training: Training) -> CharacterModel:
    """The saved network, with the alphabet of the subject."""
    return CharacterModel(model, training)


def check_reads_the_training_text(characters: CharacterModel) -> None:
    """reads the training text, its characters numbered in sorted order"""
    assert characters.place


def check_guesses_the_next_character(characters: CharacterModel) -> None:
    """compares each guess with the character that follows"""
    found = characters.shifted()
    if found is None:  # one array holds both, and the graph cuts it
        return
    share, (read, labels) = found
    where = about_feeds("what is fed to the training", [characters.place.node])
    actual = f"{share:.0%} of them are: {read[:20]!r} with {labels[:20]!r}"
    hint = "labels are the same rows, one character later: text[:, :-1] is read, and text[:, 1:] is guessed"
    expect(share >= LEAST_SHIFTED, where, "labels that are the next characters", actual, hint, "not-shifted")


def check_remembers_what_it_read(characters: CharacterModel) -> None:
    """remembers more than the last character"""
    where = about_operations(characters.model.where, [tensor.node for tensor in characters.logits])
    hint = "the state after one character is what the next one starts from: a loop over the characters hands it on"
    expected = "another guess after other characters, the last one being the same"
    expect(characters.remembers, where, expected, "the same guess", hint, "no-memory")


def check_carries_its_state(characters: CharacterModel) -> None:
    """hands its state on from piece to piece"""
    states = characters.states
    where = about_feeds(characters.model.where, states)
    hint = "fetch the last state with each step, and feed it with the next piece of the text; or keep it in a variable"
    actual = f"{listed(states)}: always 0" if states else "nothing but the text is fed"
    expect(characters.is_carried, where, "a state that the next piece starts from", actual, hint, "state-of-zeros")


def check_shortens_long_gradients(characters: CharacterModel) -> None:
    """clips its gradients"""
    where = about_operations(characters.model.where, [update.node for update in characters.model.graph.updates[:1]])
    hint = "tf.clip_by_global_norm between the methods compute_gradients and apply_gradients of the optimiser"
    expect(characters.is_clipped, where, "gradients of a bounded length", "gradients as they are", hint, "not-clipped")


check_updates_every_variable = common.check_updates_every_variable
check_builds_its_graph_once = consistency.check_builds_its_graph_once
check_saves_what_it_trained = consistency.check_saves_what_it_trained


def check_overlays_training_and_test(loss_curves: list[Curve]) -> None:
    """logs training and test text as curves that overlay"""
    expect_logged(loss_curves)
    runs = {(curve.run, curve.tag) for curve in loss_curves}
    tags = [tag for _, tag in runs]
    where = about_all(loss_curves[0].logdir, *(curve.where for curve in loss_curves))
    found = listed(sorted(f"{tag} in run {run}" for run, tag in runs))
    hint = "two FileWriters, for train/ and test/, that write the same tag"
    expect(any(tags.count(tag) >= 2 for tag in tags), where, "one tag in two runs", found, hint, "one-run")


def check_loss_falls(loss_curves: list[Curve]) -> None:
    """makes its loss fall"""
    expect_falling(max(loss_curves, key=lambda curve: len(curve.points)), 0.0)


def check_guesses_held_out_fables(characters: CharacterModel, trained: Checkpoint, measure: Measure) -> None:
    """guesses the characters of fables that no script has seen"""
    band = find(FABLES, key_of("bits per character", "both", "accepted"))
    measure("bits per character of held-out fables", characters.held_out_bits)
    expect(
        band.accepts(characters.held_out_bits),
        about(f"{trained.where}, recomputed on {len(characters.held_out):,} held-out characters", TrainingCalls()),
        f"at most {band.bound:g} bits per character; the frequencies of pairs give 3.39",
        f"{characters.held_out_bits:.3f}",
        "does the loss fall? Train for more epochs, with more units, or with another rate",
        "low",
    )


def check_continues_a_prompt(characters: CharacterModel, trained: Checkpoint, measure: Measure) -> None:
    """continues a sentence of the checker's own"""
    band = find(FABLES, key_of("continued prompts", "both", "accepted"))
    written = characters.continuations(PROMPTS, WRITTEN, TEMPERATURE)
    share = known_runs([prompt[-2:] + text for prompt, text in zip(PROMPTS, written)], characters.text)
    measure("runs of characters known from the fables", share)
    expect(
        band.accepts(share),
        about_operations(f"{trained.where}, at temperature {TEMPERATURE}", [tensor.node for tensor in characters.logits]),
        f"runs of five characters, at least {band.bound:.0%} of which come in the fables",
        f"{share:.0%}; after {PROMPTS[0][-20:]!r} it writes {written[0]!r}",
        "write with the trained network yourself: does it write words?",
        "no-words",
    )


def check_shows_samples_as_text(events: EventLog, finished: ScriptRun) -> None:
    """shows what it writes on the TEXT page"""
    expect_text_page(events, finished)


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran
check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
