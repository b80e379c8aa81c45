"""A matplotlib backend without windows that writes down what each figure shows.

Chosen by MPLBACKEND while the checker runs a script. On ``plt.show()`` and ``savefig`` the data of the figure (lines,
points, images, labels) goes as JSON into the folder SUITE_FIGURES; ``plt.show()`` returns at once. Stands alone: it is the
only file of the checker that a script's process imports.
"""

import json
import os

import numpy as np
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

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
            {"points": _points(line.get_xydata()), "joined": line.get_linestyle() not in ("None", " ", "")}
            for line in axes.lines
        ],
        "scatters": [_points(collection.get_offsets()) for collection in axes.collections],
        "images": [_pixels(image) for image in axes.images] + [_pixels(mesh) for mesh in axes.collections],
    }


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
            if png is None:
                FigureCanvasAgg.print_png(figure.canvas, os.path.join(folder, name + ".png"))
            else:
                with open(os.path.join(folder, name + ".png"), "wb") as file:
                    file.write(png)


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
    """Agg's canvas, which also records a figure that is saved."""

    manager_class = FigureManager

    def draw(self):
        """Draw as Agg does; one record a canvas keeps what it drew last, for pixels that are read without savefig."""
        global _canvases
        super().draw()
        if not hasattr(self, "_suite_number"):
            _canvases += 1
            self._suite_number = _canvases
        if self._suite_number <= MOST_FIGURES:
            _write(f"figure-drawn-{self._suite_number:04d}", self.figure)

    def start_event_loop(self, timeout=0):
        """Return at once: nobody looks at the figure during ``plt.pause``, and nobody clicks."""

    def print_figure(self, filename, *args, **kwargs):
        """Save as Agg does, then record."""
        result = super().print_figure(filename, *args, **kwargs)
        _record(self.figure, _saved_png(filename))
        return result
