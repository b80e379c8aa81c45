"""The labels of the PROJECTOR, as configurations name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.evidence.labels import read_labels
from checker.evidence.projector import CONFIG


def write(folder: Path, metadata: str, content: str = "", tensor: str = "words:0") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(f'embeddings {{ tensor_name: "{tensor}" metadata_path: "{metadata}" }}', "utf-8")
    if content:
        (folder / "labels.tsv").write_text(content, "utf-8")


def test_each_line_of_one_column_is_a_label(tmp_path: Path) -> None:
    write(tmp_path / "run", "labels.tsv", "âne\nloup\n")
    (labels,) = read_labels(tmp_path)
    assert (labels.tensor, labels.columns, labels.count) == ("words", (("âne", "loup"),), 2)


def test_the_first_line_of_several_columns_is_their_heading(tmp_path: Path) -> None:
    write(tmp_path, "labels.tsv", "word\tcount\nâne\t3\nloup\n")
    (labels,) = read_labels(tmp_path)
    assert labels.columns == (("âne", "loup"), ("3", ""))


def test_an_absolute_path_means_the_file_beside_its_configuration(tmp_path: Path) -> None:
    write(tmp_path, "/elsewhere/labels.tsv", "âne\n")
    assert read_labels(tmp_path)[0].count == 1


@pytest.mark.parametrize("metadata", ["", "none.tsv", "run/labels.tsv", "../labels.tsv"])
def test_a_path_that_leads_to_no_file_below_the_logdir_gives_no_label(tmp_path: Path, metadata: str) -> None:
    (tmp_path / "labels.tsv").write_text("âne\n", "utf-8")
    write(tmp_path / "logdir", metadata, "loup\n")
    assert [labels.count for labels in read_labels(tmp_path / "logdir")] == [0]


def test_a_link_and_a_broken_configuration_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("âne\n", "utf-8")
    write(tmp_path / "logdir", "labels.tsv")
    (tmp_path / "logdir" / "labels.tsv").symlink_to(tmp_path / "secret")
    (tmp_path / "logdir" / "other").mkdir()
    (tmp_path / "logdir" / "other" / CONFIG).write_text("embeddings {", "utf-8")
    assert [labels.count for labels in read_labels(tmp_path / "logdir")] == [0]
