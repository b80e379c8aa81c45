"""The letters are rendered from fonts, always in the same way, and no design is in two parts."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from reference import __main__ as command
from reference import datasets, held_out, render
from reference.datasets import LETTER_CLASSES

FONTS = Path(matplotlib.get_data_path()) / "fonts"
TABLE = [("train", "DejaVu Sans", "DejaVuSans.ttf"), ("test", "STIX", "STIXGeneral.ttf"), ("held_out", "cmb10", "cmb10.ttf")]


def write_table(path: Path, rows: list[tuple[str, str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(render.COLUMNS)
        writer.writerows([part, family, "ttf", "1", name, "a licence", "an author"] for part, family, name in rows)


def test_letters_have_equal_class_counts_in_all_parts() -> None:
    (x_train, y_train), (x_test, y_test) = datasets.letters()
    x, y = held_out.held_out("letters")
    assert {each.dtype for each in (x_train, y_train, x_test, y_test, x, y)} == {np.dtype(np.uint8)}
    assert [each.shape for each in (x_train, x_test, x)] == [(5_000, 28, 28), (1_000, 28, 28), (1_000, 28, 28)]
    assert [np.bincount(each).tolist() for each in (y_train, y_test, y)] == [[500] * 10, [100] * 10, [100] * 10]
    assert (x.min(), x.max()) == (0, 255)


def test_letters_are_the_same_in_both_editions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SUITE_DATA", "full")
    monkeypatch.setenv("SUITE_CACHE", str(tmp_path))  # nothing is there
    assert len(datasets.letters()[0][1]) == 5_000


def test_no_image_is_in_two_parts() -> None:
    (x_train, _), (x_test, _) = datasets.letters()
    unseen, _ = held_out.held_out("letters")
    parts = [{image.tobytes() for image in images} for images in (x_train, x_test, unseen)]
    assert parts[0] & parts[1] == parts[0] & parts[2] == parts[1] & parts[2] == set()


def test_the_table_of_fonts_fits_the_images_and_no_family_is_in_two_parts() -> None:
    fonts = render.read_fonts(render.TABLE)
    counts: dict[str, int] = defaultdict(int)
    parts: dict[str, set[str]] = defaultdict(set)
    for font in fonts:
        counts[font.part] += 2 * len(LETTER_CLASSES)
        parts[font.family].add(font.part)
        assert font.licence in ("OFL-1.0", "OFL-1.1")
    assert counts == {"train": 5_000, "test": 1_000, "held_out": 1_000}
    assert [family for family, found in parts.items() if len(found) > 1] == []
    assert len({(font.package, font.file) for font in fonts}) == len(fonts)


def test_the_command_renders_the_same_letters_each_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_table(tmp_path / "fonts.csv", TABLE)
    told = []
    for folder in ("one", "two"):
        arguments = ["letters", str(FONTS), "--table", str(tmp_path / "fonts.csv"), "--into", str(tmp_path / folder)]
        assert command.main(arguments) == 0
        told.append([line.split("arrays")[-1] for line in capsys.readouterr().out.splitlines()])
    assert told[0] == told[1]
    assert "train: A 2 B 2 C 2 D 2 E 2 F 2 G 2 H 2 I 2 J 2" in told[0]
    with np.load(tmp_path / "one" / "letters.npz") as archive:
        images = archive["x_train"]
    ink = images.reshape(len(images), -1)
    assert images.shape == (20, 28, 28)
    assert (ink.max(axis=1) == 255).all()
    assert not ink.reshape(-1, 28, 28)[:, [0, -1]].any()  # paper above and below each letter


def test_a_family_in_two_parts_is_refused(tmp_path: Path) -> None:
    write_table(tmp_path / "fonts.csv", [*TABLE, ("test", "DejaVu Sans", "DejaVuSans-Bold.ttf")])
    with pytest.raises(ValueError, match=r"fonts\.csv, line 5: each family is in one part"):
        render.read_fonts(str(tmp_path / "fonts.csv"))


def test_a_font_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_table(tmp_path / "fonts.csv", [("train", "none", "none.ttf")])
    assert command.main(["letters", str(FONTS), "--table", str(tmp_path / "fonts.csv"), "--into", str(tmp_path)]) == 1
    assert "cannot open resource" in capsys.readouterr().err
