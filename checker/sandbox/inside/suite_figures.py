"""A matplotlib backend without windows that writes down what each figure shows.

Chosen by MPLBACKEND while the checker runs a script. On ``plt.show()`` and ``savefig`` the data of the figure (lines,
points, images, labels) goes as JSON into the folder SUITE_FIGURES; ``plt.show()`` returns at once. A figure made without
pyplot has a canvas of matplotlib's own, so those are taught to record, too. Stands alone: it is the only file of the checker
that a script's process imports.
"""

import functools
import json
import os

import numpy as np
from matplotlib.backend_bases import FigureCanvasBase, FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import AxLine

FOLDER_VARIABLE = "SUITE_FIGURES"
MOST_FIGURES = 200
MOST_PICTURES = 30  # kept as PNG
LARGEST_PICTURE_BYTES = 4 << 20
MOST_POINTS = 20_000  # of one line or scatter
MOST_PIXELS = 100 * 28 * 28  # of one image: enough for a confusion matrix or a hundred digits, not for a photograph

_written = 0
_canvases = 0


def describe(figure):
    """Return what a figure shows, as plain lists."""
    return {"axes": [_describe_axes(axes) for axes in figure.axes]}


def _describe_axes(axes):
    return {
        "title": axes.get_title(),
        "xlabel": axes.get_xlabel(),
        "ylabel": axes.get_ylabel(),
        "xticklabels": [label.get_text() for label in axes.get_xticklabels()][:100],
        "yticklabels": [label.get_text() for label in axes.get_yticklabels()][:100],
        "lines": [
            {"points": _points(_data_of(axes, line)), "joined": line.get_linestyle() not in ("None", " ", "")}
            for line in axes.lines
        ],
        "scatters": [_points(collection.get_offsets()) for collection in axes.collections],
        "images": [_pixels(image) for image in axes.images] + [_pixels(mesh) for mesh in axes.collections],
    }


def _data_of(axes, line):
    """Return the points of a line in data coordinates; ``axline`` and its kin keep 0 and 1, and a transform places them."""
    points, transform = line.get_xydata(), line.get_transform()
    if transform is axes.transData:
        return points
    points = (transform - axes.transData).transform(points)
    (x, y), (x_end, y_end) = points[0], points[-1]
    if isinstance(line, AxLine) and x != x_end and axes.get_xscale() == axes.get_yscale() == "linear":
        across = np.asarray(axes.get_xlim())  # it has no ends: where the axes cut it off is no part of what it says
        return np.column_stack([across, y + (across - x) * (y_end - y) / (x_end - x)])
    return points


def _points(points):
    return np.ma.filled(np.ma.asarray(points, dtype=float), np.nan)[:MOST_POINTS].tolist()


def _pixels(image):
    values = image.get_array()
    if values is None or values.ndim != 2 or values.size > MOST_PIXELS:
        return None
    return np.ma.filled(np.ma.asarray(values, dtype=float), np.nan).tolist()


def _record(figure, png=None):
    """Write a figure down as a new record, with its picture: `png`, or else drawn here."""
    global _written
    if _written < MOST_FIGURES:
        _written += 1
        name = f"figure-{_written:04d}"
        _write(name, figure)
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder and _written <= MOST_PICTURES:
            path = os.path.join(folder, name + ".png")
            if png is None:
                _draw_picture(figure, path)
            else:
                with open(path, "wb") as file:
                    file.write(png)


def _draw_picture(figure, path):
    """Draw a figure on a canvas of its own: the one it has may be unable to, and would record it again."""
    canvas = figure.canvas
    try:
        FigureCanvasAgg(figure).print_figure.__wrapped__(figure.canvas, path, format="png")
    finally:
        figure.set_canvas(canvas)


def _write(name, figure):
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        with open(os.path.join(folder, name + ".json"), "w") as file:
            json.dump(describe(figure), file)


def _saved_png(target):
    """Return the PNG that was just saved to a path or a buffer, None when it is something else: then it is drawn again."""
    try:
        if hasattr(target, "getvalue"):
            data = target.getvalue()
        else:
            with open(target, "rb") as file:
                data = file.read(LARGEST_PICTURE_BYTES)
    except (OSError, TypeError, ValueError):
        return None
    return data if data.startswith(b"\x89PNG") and len(data) < LARGEST_PICTURE_BYTES else None


class FigureManager(FigureManagerBase):
    """Shows figures by writing them down."""

    @classmethod
    def pyplot_show(cls, *, block=None):
        """Record every open figure; never block."""
        from matplotlib import pyplot

        for number in pyplot.get_fignums():
            _record(pyplot.figure(number))


class FigureCanvas(FigureCanvasAgg):
    """Agg's canvas, on which nobody waits."""

    manager_class = FigureManager

    def start_event_loop(self, timeout=0):
        """Return at once: nobody looks at the figure during ``plt.pause``, and nobody clicks."""


def _recording_print(print_figure):
    """Return the method by which every canvas saves its figure, made to record it, too."""

    @functools.wraps(print_figure)
    def save(canvas, filename, *args, **kwargs):
        result = print_figure(canvas, filename, *args, **kwargs)
        _record(canvas.figure, _saved_png(filename))
        return result

    return save


def _recording_draw(draw):
    """Return Agg's draw; one record a canvas keeps what it drew last, for pixels that are read without savefig."""

    @functools.wraps(draw)
    def draw_and_record(canvas):
        global _canvases
        draw(canvas)
        if canvas.is_saving():  # by savefig, which records what it saves
            return
        if not hasattr(canvas, "_suite_number"):
            _canvases += 1
            canvas._suite_number = _canvases
        if canvas._suite_number <= MOST_FIGURES:
            _write(f"figure-drawn-{canvas._suite_number:04d}", canvas.figure)

    return draw_and_record


FigureCanvasBase.print_figure = _recording_print(FigureCanvasBase.print_figure)
FigureCanvasAgg.draw = _recording_draw(FigureCanvasAgg.draw)
