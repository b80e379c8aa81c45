"""Figures are captured with their data when a script shows or saves them, and nothing ever blocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from checker.evidence.events import read_event_log
from checker.evidence.figures import Figure, read_figures
from checker.evidence.pictures import digest_of_picture
from tests.support.fixture_types import RunScript


@pytest.fixture
def figures_of(run_script: RunScript, job_folder: Path) -> Callable[[str], list[Figure]]:
    """Run lines with `plt` at hand and read the figures they leave."""

    def run(lines: str) -> list[Figure]:
        folder = job_folder / "figures"
        folder.mkdir(exist_ok=True)
        result = run_script(f"import matplotlib.pyplot as plt\n{lines}", SUITE_FIGURES=str(folder))
        assert result.exit_code == 0, result.stderr.decode()
        return read_figures(folder)

    return run


FiguresOf = Callable[[str], list[Figure]]


def test_show_returns_at_once_and_keeps_lines_and_points(figures_of: FiguresOf) -> None:
    (figure,) = figures_of("plt.scatter([1, 2], [3, 4])\nplt.plot([0, 5], [1, 6])\nplt.xlabel('rooms')\nplt.show()")
    (axes,) = figure.axes
    assert [points.tolist() for points in axes.scatters] == [[[1, 3], [2, 4]]]
    assert [line.tolist() for line in axes.lines] == [[[0, 1], [5, 6]]]
    assert axes.labels == ("rooms", "")


@pytest.mark.parametrize("style", ["'o'", "'.'", "'ro'", "marker='x', linestyle=''"])
def test_markers_without_a_line_are_points(figures_of: FiguresOf, style: str) -> None:
    (figure,) = figures_of(f"plt.plot([1, 2], [3, 4], {style})\nplt.show()")
    assert [points.tolist() for points in figure.axes[0].scatters] == [[[1, 3], [2, 4]]]
    assert figure.axes[0].lines == ()


def test_savefig_captures_without_a_show(figures_of: FiguresOf, job_folder: Path) -> None:
    (_, figure) = figures_of("plt.plot([1, 2])\nplt.savefig('here.png')")
    assert len(figure.axes[0].lines) == 1
    assert (job_folder / "run/here.png").read_bytes().startswith(b"\x89PNG")


def test_a_canvas_that_is_drawn_by_hand_is_kept_once(figures_of: FiguresOf) -> None:
    (figure,) = figures_of("plt.plot([1, 2])\nfor _ in range(3):\n    plt.gcf().canvas.draw()")
    assert len(figure.axes[0].lines) == 1


BY_HAND = """
import io
from matplotlib.figure import Figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
figure = Figure()
{canvas}
figure.add_subplot().plot([1, 2])
{save}
"""


@pytest.mark.parametrize("pyplot", ["import matplotlib.pyplot as plt\n", ""], ids=["pyplot imported", "no pyplot"])
@pytest.mark.parametrize("canvas", ["", "FigureCanvasAgg(figure)", "FigureCanvasPdf(figure)"])
@pytest.mark.parametrize("save", ["figure.savefig('a.png')", "figure.savefig(io.BytesIO())", "figure.savefig('a.pdf')"])
def test_a_figure_made_without_pyplot_is_kept_once(
    run_script: RunScript, job_folder: Path, pyplot: str, canvas: str, save: str
) -> None:
    folder = job_folder / "figures"
    folder.mkdir()
    result = run_script(pyplot + BY_HAND.format(canvas=canvas, save=save), SUITE_FIGURES=str(folder))
    assert result.exit_code == 0, result.stderr.decode()
    (figure,) = read_figures(folder)
    assert len(figure.axes[0].lines) == 1
    (picture,) = folder.glob("*.png")
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("draw", ["draw()", "print_png(io.BytesIO())"])
def test_a_canvas_of_matplotlibs_own_that_is_drawn_is_kept_once(figures_of: FiguresOf, draw: str) -> None:
    save = f"for _ in range(3):\n    figure.canvas.{draw}"
    (figure,) = figures_of(BY_HAND.format(canvas="FigureCanvasAgg(figure)", save=save))
    assert len(figure.axes[0].lines) == 1


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ("axline((0, -30), slope=9)", [[3, -3], [9, 51]]),
        ("axline((0, -30), (1, -21))", [[3, -3], [9, 51]]),
        ("axline((5, 7), slope=0)", [[3, 7], [9, 7]]),
        ("axline((5, 0), (5, 1))", [[5, 0], [5, 52]]),
        ("axhline(7)", [[3, 7], [9, 7]]),
        ("axvline(5)", [[5, 0], [5, 52]]),
    ],
)
def test_a_line_across_the_axes_is_kept_where_it_is_seen(figures_of: FiguresOf, call: str, line: list[list[float]]) -> None:
    (figure,) = figures_of(f"plt.{call}\nplt.xlim(3, 9)\nplt.ylim(0, 52)\nplt.show()")
    assert np.allclose(figure.axes[0].lines[0], line)


def test_a_line_across_logarithmic_axes_stops_no_script(figures_of: FiguresOf) -> None:
    (figure,) = figures_of("plt.loglog([1, 100], [1, 100])\nplt.axline((1, 1), (10, 10))\nplt.show()")
    assert np.allclose(np.diff(figure.axes[0].lines[1], axis=1), 0)


@pytest.mark.parametrize("draw", ["imshow", "matshow", "pcolormesh", "pcolor"])
def test_small_images_are_kept_with_their_values(figures_of: FiguresOf, draw: str) -> None:
    (figure,) = figures_of(f"import numpy as np\nplt.{draw}(np.arange(100).reshape(10, 10))\nplt.show()")
    assert any(np.array_equal(image, np.arange(100).reshape(10, 10)) for image in figure.axes[0].images)


def test_tick_labels_are_kept(figures_of: FiguresOf) -> None:
    (figure,) = figures_of("plt.imshow([[1, 2]])\nplt.xticks([0, 1], ['Shirt', 'Coat'])\nplt.show()")
    assert {"Shirt", "Coat"} <= set(figure.axes[0].ticks)


def test_masked_and_infinite_values_do_not_stop_a_script(figures_of: FiguresOf) -> None:
    (figure,) = figures_of("plt.plot([0, 1, 2], [float('nan'), float('inf'), 1])\nplt.show()")
    assert figure.axes[0].lines[0][2].tolist() == [2, 1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"axes": 3}',
        b'{"axes": [{}]}',
        b"[" * 100_000,
        b'{"axes": [{"lines": [{"joined": 1}]}]}',
        b"\xff",
    ],
)
def test_a_forged_record_is_left_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "figure-0001.json").write_bytes(content)
    assert read_figures(tmp_path) == []


def test_an_image_that_is_no_image_is_left_out(tmp_path: Path) -> None:
    axes = {"title": "", "xlabel": "", "ylabel": "", "xticklabels": [], "yticklabels": [], "lines": [], "scatters": []}
    (tmp_path / "figure-0001.json").write_text(json.dumps({"axes": [{**axes, "images": [[1, 2, [3]]]}]}))
    assert read_figures(tmp_path) == []


def test_a_figure_that_is_shown_or_saved_is_kept_as_a_picture_too(figures_of: FiguresOf, job_folder: Path) -> None:
    figures_of("plt.plot([1, 2])\nplt.savefig('a.png')\nplt.savefig('b.pdf')\nplt.show()")
    pictures = sorted((job_folder / "figures").glob("*.png"))
    assert len(pictures) == 3
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
    assert pictures[0].read_bytes() == (job_folder / "run/a.png").read_bytes()


def test_a_picture_saved_into_a_buffer_is_kept(figures_of: FiguresOf, job_folder: Path) -> None:
    lines = "import io\nbuffer = io.BytesIO()\nplt.plot([1, 2])\nplt.savefig(buffer)\nopen('a.png', 'wb').write(buffer.getvalue())"
    figures_of(lines)
    (picture,) = (job_folder / "figures").glob("*.png")
    assert picture.read_bytes() == (job_folder / "run/a.png").read_bytes()


def test_of_many_large_figures_some_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.evidence.figures.LARGEST_FILES_BYTES", 1_000)
    axes = {"title": "t" * 300, "xlabel": "", "ylabel": "", "lines": [], "scatters": [], "images": []}
    content = json.dumps({"axes": [{**axes, "xticklabels": [], "yticklabels": []}]})
    for number in range(1, 6):
        (tmp_path / f"figure-{number:04}.json").write_text(content)
    assert len(content) < 500
    assert [figure.name for figure in read_figures(tmp_path)] == ["figure-0001", "figure-0002"]


DRAWN_AND_SAVED = """
import io, os
import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
def add(folder, summary):
    with tf.summary.FileWriter(folder) as writer:
        writer.add_summary(summary, 0)
plt.plot([1, 2], [3, 4])
buffer = io.BytesIO()
plt.savefig(buffer, format="png", bbox_inches="tight")
png = tf.Summary.Image(encoded_image_string=buffer.getvalue())
add("logs/a", tf.Summary(value=[tf.Summary.Value(tag="saved", image=png)]))
figure = plt.figure()
plt.plot([1, 2], [3, 5])
figure.canvas.draw()
add("logs/b", tf.Session().run(tf.summary.image("drawn", np.asarray(figure.canvas.buffer_rgba())[None])))
"""


def test_a_picture_in_tensorboard_is_known_as_the_figure_that_it_was_made_from(
    figures_of: FiguresOf, job_folder: Path
) -> None:
    figures = {figure.pixels: figure for figure in figures_of(DRAWN_AND_SAVED)}
    shown = {tag: images[-1] for _, tag, images in read_event_log(job_folder / "run" / "logs").images()}
    lines = {}
    for tag, image in shown.items():
        figure = figures[digest_of_picture(image.encoded)]
        assert figure.line is not None
        lines[tag] = (figure.axes[0].lines[0].tolist(), figure.line.number)
    text = DRAWN_AND_SAVED.split("\n")
    assert lines == {
        "saved": ([[1, 3], [2, 4]], text.index('plt.savefig(buffer, format="png", bbox_inches="tight")') + 2),
        "drawn/image/0": ([[1, 3], [2, 5]], text.index("figure.canvas.draw()") + 2),
    }
