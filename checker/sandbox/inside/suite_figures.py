"""A matplotlib backend without windows that records what each figure shows.

MPLBACKEND chooses it while the checker runs a script. ``plt.show()`` and ``savefig`` write the data of the figure (lines,
points, images, labels) as JSON into the folder SUITE_FIGURES; ``plt.show()`` returns at once. A figure made without pyplot
has one of matplotlib's own canvases, so these record figures, too. This file imports nothing else of the checker.
"""

import functools
import hashlib
import io
import json
import os
import sys

import numpy as np
from matplotlib.backend_bases import FigureCanvasBase, FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

try:
    from matplotlib.lines import AxLine
except ImportError:  # matplotlib 3.5, the last for Python 3.7
    from matplotlib.lines import _AxLine as AxLine

FOLDER_VARIABLE = "SUITE_FIGURES"
MOST_FIGURES = 200
MOST_PICTURES = 30  # kept as PNG
LARGEST_PICTURE_BYTES = 4 << 20
MOST_POINTS = 20_000  # per line or scatter
MOST_DIGESTS = 100  # of saved pictures: decoding one takes some milliseconds
MOST_FRAMES = 100  # looked at for the script's own line
MOST_PIXELS = 100 * 28 * 28  # per image: enough for a confusion matrix or a hundred digits, too few for a photograph

_written = 0
_canvases = 0


def describe(figure, pixels=""):
    """Return what a figure shows, as plain lists, with a digest of its pixels and the line that drew it."""
    return {"axes": [_describe_axes(axes) for axes in figure.axes], "pixels": pixels, "line": _own_line()}


def _own_line():
    """Return the innermost line of the script's own files that is running, as [file, line]; None for none."""
    folder = os.path.join(os.path.dirname(os.path.abspath(getattr(sys.modules["__main__"], "__file__", "."))), "")
    frame = sys._getframe(1)
    for _ in range(MOST_FRAMES):
        if frame is None:
            return None
        name = frame.f_code.co_filename
        if not name.startswith("<") and os.path.abspath(name).startswith(folder):
            return [os.path.relpath(os.path.abspath(name), folder), frame.f_lineno]
        frame = frame.f_back
    return None


def digest_of_pixels(pixels):
    """Return a digest of a picture [height, width, 3 or 4] of bytes; it may be a PNG or an array, the digest is the same."""
    colours = np.ascontiguousarray(np.asarray(pixels)[:, :, :3])
    return hashlib.sha256(repr(colours.shape[:2]).encode() + colours.tobytes()).hexdigest()


def _digest_of_png(png):
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            return digest_of_pixels(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError):
        return ""


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
    """Return the points of a line in data coordinates. Lines such as ``axline`` hold 0 and 1, and a transform for them."""
    points, transform = line.get_xydata(), line.get_transform()
    if transform is axes.transData:
        return points
    points = (transform - axes.transData).transform(points)
    (x, y), (x_end, y_end) = points[0], points[-1]
    if isinstance(line, AxLine) and x != x_end and axes.get_xscale() == axes.get_yscale() == "linear":
        across = np.asarray(axes.get_xlim())  # an endless line: take its points at the edges of the axes
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
    """Record a figure, with its picture: `png`, or one that is drawn here."""
    global _written
    if _written < MOST_FIGURES:
        _written += 1
        name = f"figure-{_written:04d}"
        _write(name, figure, _digest_of_png(png) if png and _written <= MOST_DIGESTS else "")
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder and _written <= MOST_PICTURES:
            path = os.path.join(folder, name + ".png")
            if png is None:
                _draw_picture(figure, path)
            else:
                with open(path, "wb") as file:
                    file.write(png)


def _draw_picture(figure, path):
    """Draw a figure on a new canvas: its own may be unable to draw a PNG, and would record the figure again."""
    canvas = figure.canvas
    try:
        FigureCanvasAgg(figure).print_figure.__wrapped__(figure.canvas, path, format="png")
    finally:
        figure.set_canvas(canvas)


def _write(name, figure, pixels=""):
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        with open(os.path.join(folder, name + ".json"), "w") as file:
            file.write(json.dumps(describe(figure, pixels)))  # json.dump does not use the fast encoder


def _saved_png(target):
    """Return the PNG that was just saved to a path or a buffer; None for other formats, which are drawn again as PNG."""
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
    """Shows figures by recording them."""

    @classmethod
    def pyplot_show(cls, *, block=None):
        """Record every open figure; never block."""
        from matplotlib import pyplot

        for number in pyplot.get_fignums():
            _record(pyplot.figure(number))


class FigureCanvas(FigureCanvasAgg):
    """The canvas of Agg, with an event loop that ends at once."""

    manager_class = FigureManager

    def start_event_loop(self, timeout=0):
        """Return at once: during ``plt.pause``, nobody looks at the figure or clicks on it."""


if not hasattr(FigureManagerBase, "pyplot_show"):  # matplotlib 3.5, whose pyplot asks the module
    show = FigureManager.pyplot_show


def _recording_print(print_figure):
    """Return the method by which a canvas saves its figure, extended to record it."""

    @functools.wraps(print_figure)
    def save(canvas, filename, *args, **kwargs):
        result = print_figure(canvas, filename, *args, **kwargs)
        _record(canvas.figure, _saved_png(filename))
        return result

    return save


def _recording_draw(draw):
    """Return the draw method of Agg, extended to record the last drawing of each canvas: its pixels may be read directly."""

    @functools.wraps(draw)
    def draw_and_record(canvas):
        global _canvases
        draw(canvas)
        if canvas.is_saving():  # savefig records the figure itself
            return
        if not hasattr(canvas, "_suite_number"):
            _canvases += 1
            canvas._suite_number = _canvases
        if canvas._suite_number <= MOST_FIGURES:
            name = f"figure-drawn-{canvas._suite_number:04d}"
            _write(name, canvas.figure, digest_of_pixels(canvas.buffer_rgba()))

    return draw_and_record


FigureCanvasBase.print_figure = _recording_print(FigureCanvasBase.print_figure)
FigureCanvasAgg.draw = _recording_draw(FigureCanvasAgg.draw)
