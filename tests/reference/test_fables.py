"""The fables and what is measured on them: words, characters, the trainings in NumPy, and the bands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reference import characters, datasets, lstm, skip_gram, verified, words
from reference.arrays import FloatArray
from reference.bands import FABLES, Band, bound_between, find, key_of, read
from reference.datasets import DataError
from reference.held_out import held_out_text
from reference.held_out import path as held_out_path
from reference.lstm import Lstm
from reference.measure_fables import UNIT_OF_GAIN, UNIT_OF_PROMPTS, counted_bits
from reference.skip_gram import SkipGram
from tests.support.finite_differences import expect_gradient
from tests.support.paths import PROJECT

KEYS = ("gain of word vectors", "neighbours of word vectors", "bits per character", "continued prompts")
SUBJECTS = PROJECT / "exercises" / "workshops" / "README.md"


def titles(text: str) -> list[str]:
    return [fable.split("\n")[0] for fable in text.strip("\n").split("\n\n\n")]


def test_the_fables_are_three_parts_that_share_no_fable() -> None:
    parts = [*datasets.fables(), held_out_text("fables")]
    named = [titles(text) for text in parts]
    assert [len(each) for each in named] == [60, 7, 7]
    assert len({*named[0], *named[1], *named[2]}) == 74
    assert len(parts[0]) > 95_000
    verses = [{line for line in text.split("\n") if len(line) > 20} for text in parts]
    assert not verses[2] & (verses[0] | verses[1])


def test_every_character_of_the_other_parts_comes_in_the_training_text() -> None:
    training, testing = datasets.fables()
    alphabet = set(training)
    assert len(alphabet) == 78
    assert {*testing, *held_out_text("fables")} <= alphabet


def test_a_changed_letter_of_a_text_is_noticed(tmp_path: Path) -> None:
    whole = Path(datasets.embedded_path("fables")).read_text("utf-8")
    copy = tmp_path / "fables.txt"
    copy.write_text(whole.replace("Renard", "renard", 1), "utf-8")
    with pytest.raises(DataError, match="SHA-256"):
        verified.load_verified_text(str(copy), datasets.DIGESTS["embedded", "fables"])
    copy.write_bytes(whole.replace("\n", "\r\n").encode("utf-8"))
    assert verified.load_verified_text(str(copy), datasets.DIGESTS["embedded", "fables"]) == whole
    copy.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="damaged"):
        verified.load_verified_text(str(copy), "")
    with pytest.raises(DataError, match="not there"):
        verified.load_verified_text(str(tmp_path / "none.txt"), "")


def test_a_missing_text_names_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(datasets, "EMBEDDED_FOLDER", str(tmp_path))
    with pytest.raises(DataError, match=r"(?s)fables\.txt: not there.*git checkout"):
        datasets.fables()


def test_the_files_are_as_long_as_a_text_may_be_and_their_readme_says_who_wrote_it() -> None:
    size = sum(Path(path).stat().st_size for path in (datasets.embedded_path("fables"), held_out_path("fables")))
    assert 50_000 < size < 200_000
    readme = Path(datasets.EMBEDDED_FOLDER, "README.md").read_text("utf-8")
    assert "La Fontaine" in readme
    assert "public domain" in readme


# --- words -----------------------------------------------------------------------------------------------------------


def test_words_are_cut_paired_and_counted() -> None:
    assert words.cut("L'Âne, un jour !") == ["l", "âne", "un", "jour"]
    assert words.make_vocabulary(["a", "b", "a", "c", "b", "a"], 2) == ["a", "b"]
    numbers = words.numbered(["a", "x", "b", "a"], ["a", "b"])
    assert numbers.tolist() == [0, 1, 0]
    assert sorted(map(tuple, words.pairs_of(numbers, [1]).tolist())) == [(0, 1), (0, 1), (1, 0), (1, 0)]


@pytest.mark.parametrize("way", range(len(words.CUTS)))
def test_the_way_in_which_a_vocabulary_was_cut_is_found_again(way: int) -> None:
    text = datasets.fables()[1]
    vocabulary = set(words.CUTS[way](text))
    found, covered = words.best_cut(vocabulary, text)
    assert covered == 1.0
    assert {*found(text)} <= vocabulary


def test_frequencies_gain_nothing_over_themselves_and_the_truth_gains() -> None:
    counts, pairs = np.array([6.0, 2.0]), np.array([[0, 1], [1, 0], [0, 1], [1, 0]])
    same = np.log(np.stack([counts, counts]))
    assert words.softmax_loss(same, pairs) == pytest.approx(words.frequency_loss(counts, pairs))
    assert words.gain_over_frequencies(same, counts, pairs) == pytest.approx(0, abs=1e-9)
    assert words.gain_over_frequencies(np.array([[0.0, 9.0], [9.0, 0.0]]), counts, pairs) > 0.5
    assert words.gain_over_frequencies(np.array([[99.0, 0.0], [0.0, 99.0]]), counts, pairs) == pytest.approx(0, abs=1e-9)


def test_random_vectors_share_neighbours_by_chance_and_counted_ones_share_all() -> None:
    cut = words.cut(datasets.fables()[0])
    vocabulary = words.make_vocabulary(cut, 5)
    numbers, counts = words.numbered(cut, vocabulary), words.counts_of(cut, vocabulary)
    random = np.random.default_rng(0).normal(size=(len(vocabulary), 30))
    assert words.shared_neighbours(random, numbers, counts) == pytest.approx(
        words.chance_of_neighbours(len(vocabulary)), abs=0.02
    )
    assert words.shared_neighbours(words.counted_vectors(numbers, len(vocabulary)), numbers, counts) == 1.0


@pytest.mark.parametrize("loss", ["nce", "softmax"])
def test_the_gradient_of_skip_gram_is_that_of_finite_differences(loss: str) -> None:
    random = np.random.default_rng(1)
    parameters: list[FloatArray] = [random.normal(size=(7, 3)), random.normal(size=(7, 3)), random.normal(size=7)]
    batch, drawn, chances = random.integers(0, 4, (5, 2)), np.array([5, 6]), np.full(7, 1 / 7)
    logarithm = float(np.log(-np.expm1(2 * np.log1p(-1 / 7))))

    def value() -> float:
        scores = parameters[0][batch[:, 0]] @ parameters[1].T + parameters[2] - logarithm
        right, others = scores[np.arange(5), batch[:, 1]], scores[:, drawn]
        if loss == "nce":
            return float((np.log1p(np.exp(-right)) + np.log1p(np.exp(others)).sum(axis=1)).mean())
        return float((np.log(np.exp(right) + np.exp(others).sum(axis=1)) - right).mean())

    found = skip_gram.gradients(parameters, batch, drawn, chances, loss)
    for parameter, gradient in zip(parameters, found, strict=True):
        expect_gradient(value, parameter, gradient, [tuple(random.integers(0, parameter.shape)) for _ in range(4)])


def test_a_short_training_of_word_vectors_is_made_again_and_gains_nothing() -> None:
    how = SkipGram(steps=20, least_often=10)
    training, unseen = datasets.fables()[0], held_out_text("fables")
    assert skip_gram.judge(how, training, unseen, 0) == skip_gram.judge(how, training, unseen, 0)
    assert skip_gram.judge(replace(how, steps=0), training, unseen, 0).gain < 0.01


# --- characters ------------------------------------------------------------------------------------------------------


def test_bits_are_those_of_counting() -> None:
    text = characters.numbered("abab" * 500, ["a", "b"])
    assert characters.unigram_bits(text, text, 2) == pytest.approx(1.0, abs=1e-3)
    assert characters.bigram_bits(text, text, 2) == pytest.approx(0.0, abs=1e-2)
    assert characters.bits_of(np.zeros((4, 8)), np.array([0, 1, 2, 3])) == pytest.approx(3.0)


def test_known_runs_are_those_of_the_text() -> None:
    assert characters.known_runs(["chevalier"], "un chevalier passe") == 1.0
    assert characters.known_runs(["chevalxxx"], "un chevalier passe") == pytest.approx(2 / 5)


def test_the_prompts_are_in_no_fable_and_in_its_alphabet() -> None:
    alphabet = characters.alphabet_of(datasets.fables()[0])
    for prompt in characters.PROMPTS:
        assert len(prompt) >= characters.WINDOW
        assert set(prompt) <= {*alphabet}
        assert prompt[-40:] not in datasets.fables()[0] + held_out_text("fables")


def test_the_gradient_of_an_lstm_is_that_of_finite_differences() -> None:
    random = np.random.default_rng(2)
    parameters: list[FloatArray] = [each.astype(np.float64) for each in lstm.start(4, 6, random)]
    rows, state = random.integers(0, 6, (3, 6)), random.normal(size=(2, 3, 4))

    def value() -> float:
        _, outputs, _ = lstm.forward(parameters, rows[:, :-1], state)
        scores = np.stack(outputs, axis=1) @ parameters[3] + parameters[4]
        return characters.bits_of(scores.reshape(-1, 6), rows[:, 1:].reshape(-1)) * float(np.log(2))

    found, _ = lstm.gradients(parameters, rows, state)
    for parameter, gradient in zip(parameters, found, strict=True):
        expect_gradient(value, parameter, gradient, [tuple(random.integers(0, parameter.shape)) for _ in range(4)])


def test_an_lstm_that_learns_costs_fewer_bits() -> None:
    alphabet = ["a", "b"]
    text = characters.numbered("aab" * 400, alphabet)
    how = Lstm(units=8, streams=4, piece=10, epochs=3, rate=0.02)
    windows = np.stack([text[at : at + 31] for at in range(0, 60, 3)])
    bits = [
        characters.bits_of(
            lstm.guess(lstm.train(replace(how, epochs=epochs), text, 2, 0), windows[:, :-1])[:, 5:].reshape(-1, 2),
            windows[:, 6:].reshape(-1),
        )
        for epochs in (0, 3)
    ]
    assert bits[1] < 0.5 * bits[0]


# --- the bands -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("band", read(FABLES).values(), ids=lambda band: band.key)
def test_a_band_of_the_fables_is_made_by_the_rule(band: Band) -> None:
    unit = {"gain": UNIT_OF_GAIN, "continued": UNIT_OF_PROMPTS}.get(band.key.split()[0], 0.05)
    assert band.bound == bound_between(band.worst_honest, band.best_wrong, unit)
    assert band.texts["command"] == "python -m reference fables"
    assert band.runs >= 8
    assert len(band.texts["reason"].split()) > 10


def test_each_measure_has_its_band_and_the_subject_names_it() -> None:
    bounds = {key: find(FABLES, key_of(key, "both", "accepted")).bound for key in KEYS}
    subjects = " ".join(SUBJECTS.read_text("utf-8").split())
    assert f"better by {bounds[KEYS[0]]:g} nats per pair" in subjects
    assert bounds[KEYS[1]] == 0.1
    assert f"{bounds[KEYS[2]]:g} bits per character at most" in subjects
    assert f"{round(100 * bounds[KEYS[3]])} in 100 must come in the fables" in subjects


def test_the_subject_names_what_counting_costs() -> None:
    subjects = " ".join(SUBJECTS.read_text("utf-8").split())
    single, pairs = (values[0] for values in counted_bits().values())
    assert f"characters alone give {single:.2f}, those of pairs {pairs:.2f}" in subjects
