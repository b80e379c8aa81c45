"""What event files hold, and whether TensorBoard shows it: some things it hides without a message."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from checker.engine.fixtures import Advise
from checker.evidence.board import KEPT, Board, BoardError
from checker.evidence.curves import all_curves, run_folder, series
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph, GraphError
from checker.evidence.pictures import is_picture
from checker.evidence.runs import Histogram, Image, Point, Run
from checker.expect import expect, expect_increasing, fail, listed
from checker.subjects import PointsOf, SummaryOf, WriterOf, about

MOST_SERIES = 100  # that TensorBoard is asked for; some milliseconds each
MOST_PICTURES = 200  # per series; a millisecond each
MOST_GRAPHS = 4  # per run, compared with each other
OWN_WRITER = "make summaries with the operations of tf.summary, and write them with tf.summary.FileWriter"
EMPTY = (
    "an io.BytesIO is empty before savefig, and savefig leaves it at its end, where its method read finds nothing: "
    "getvalue gives all bytes, and so does read after seek(0)"
)
FEWEST_AT_ONE_STEP = 3  # per series: two may show the state before and after

Items = Sequence[Point | Image | Histogram]


def expect_steps_that_show_all(log: EventLog, logdir: str) -> None:
    """Raise `Mismatch` at a series that TensorBoard draws as a zigzag, or of which it shows a single point.

    Losses and accuracies come first: other checks report them with the same cause, which is then printed once.
    """
    for curve in all_curves(log, _newest_graph(log), logdir):
        if _hides_some(curve.points):
            curve.require_growing_steps()
    for run, kind, tag, items in _series(log):
        if kind != "scalars" and _hides_some(items):
            hint = f"TensorBoard keeps one of the {kind} per step, and drops all before a step that goes back: pass the step"
            where = series(logdir, run.name, tag)
            expect_increasing([item.step for item in items], about(where, PointsOf(run_folder(logdir, run.name), tag)), hint)


def expect_one_graph_per_run(log: EventLog, logdir: str, advise: Advise) -> None:
    """Raise `Mismatch` when a run holds two graphs with different nodes; advise when it holds one graph several times."""
    for run in log.runs.values():
        if len(run.graphs) < 2:
            continue
        where = run_folder(logdir, run.name)
        graphs = [_nodes(content) for content in list(dict.fromkeys(run.graphs))[:MOST_GRAPHS]]
        for first, second in itertools.combinations(graphs, 2):
            alone, other = sorted(first - second), sorted(second - first)
            if alone and other:
                found = f"two graphs, one with {listed(alone[:3])}, another with {listed(other[:3])}"
                hint = (
                    "TensorBoard shows one of them: write only the graph that is trained, or give each a writer and a folder"
                )
                fail(about(where, WriterOf(where)), "one graph", found, hint)
        advise(f"{where} holds its graph {len(run.graphs)} times, and TensorBoard shows one: write it once it is complete.")


def expect_shown(log: EventLog, board: Board, logdir: str, advise: Advise) -> None:
    """Raise `Mismatch` unless TensorBoard shows the runs, series and graphs that the event files hold.

    Advise where it keeps fewer pictures than were logged.
    """
    try:
        missing = sorted(log.runs.keys() - board.runs())
        expect(not missing, logdir, "runs that TensorBoard lists", f"it does not list {listed(missing)}", OWN_WRITER)
        dark = sorted({run.name for run in log.runs.values() if run.graphs} - board.graphs())
        expect(not dark, logdir, "graphs that TensorBoard shows", f"it shows none of run {listed(dark)}", OWN_WRITER)
    except BoardError as error:
        fail(logdir, "event files that TensorBoard can show", f"TensorBoard itself fails: {error}", OWN_WRITER)
    thinned = []
    for run, kind, tag, items in itertools.islice(_series(log), MOST_SERIES):
        where = about(series(logdir, run.name, tag), SummaryOf(run_folder(logdir, run.name), tag))
        shown = _shown(board, run, kind, tag, where)
        logged = len({item.step for item in items}) if kind == "images" else len(items)
        found = f"TensorBoard shows {len(shown)} of {logged} {kind}"
        whole = len(shown) == min(logged, KEPT[kind])
        expect(
            whole,
            where,
            "a series that TensorBoard shows",
            found,
            "it drops points after a restart: let the steps go on from run to run",
        )
        if kind == "images":
            _expect_pictures(where, run.images[tag])
            thinned += [f'"{summary_of(tag)}"'] if len(shown) < logged else []
    if thinned:
        advise(
            f"TensorBoard keeps {KEPT['images']} pictures per tag at random, here of {listed(dict.fromkeys(thinned))}: "
            "log fewer, or start it with --samples_per_plugin images=100."
        )


def summary_of(tag: str) -> str:
    """Return the name of an image summary, given the tag of one of its pictures."""
    return re.sub(r"/image(/\d+)?$", "", tag)


def expect_pictures_that_can_be_drawn(log: EventLog, logdir: str) -> None:
    """Raise `Mismatch` at the first image series with bytes that no browser draws."""
    for run, tag, images in log.images():
        _expect_pictures(about(series(logdir, run.name, tag), SummaryOf(run_folder(logdir, run.name), tag)), images)


def _expect_pictures(where: str, images: Sequence[Image]) -> None:
    """Raise `Mismatch` at bytes that no browser draws: TensorBoard passes them on unchanged."""
    looked_at = images[:MOST_PICTURES]
    broken = [image for image in looked_at if not is_picture(image.encoded)]
    empty = [image for image in broken if not image.encoded]
    expected, many = "pictures that a browser can draw", len(looked_at)
    if empty:
        fail(
            where,
            expected,
            f"{len(empty)} of {many} are empty, 0 bytes and no PNG, the first at step {empty[0].step}",
            EMPTY,
        )
    if broken:
        found = f"{len(broken)} of {many} are not, such as the {len(broken[0].encoded)} bytes of step {broken[0].step}"
        hint = "encoded_image_string of tf.Summary.Image holds a whole PNG; tf.summary.image makes a PNG from numbers"
        fail(where, expected, found, hint)


def _shown(board: Board, run: Run, kind: str, tag: str, where: str) -> list[int]:
    """Return the steps that TensorBoard shows. Raises `Mismatch` when it fails on the tag, or the tag has two kinds."""
    kinds = [other for other, tags in _kinds(run).items() if tag in tags]
    try:
        if len(kinds) == 1:
            return board.steps(kind, run.name, tag)
        failure = "it shows the first of them only"
        for other in kinds:
            board.steps(other, run.name, tag)
    except BoardError as error:
        failure = f"TensorBoard itself fails: {error}"
    hint = "give each summary a tag of its own" if len(kinds) > 1 else OWN_WRITER
    fail(where, "one kind of summary per tag", f"{' and '.join(kinds)}; {failure}", hint)


def _series(log: EventLog) -> Iterator[tuple[Run, str, str, Items]]:
    """Yield (run, kind, tag, logged items) for every series. Of a batch of pictures, only the first counts."""
    for run in log.runs.values():
        for kind, tags in _kinds(run).items():
            for tag, items in tags.items():
                yield run, kind, tag, [item for item in items if not (isinstance(item, Image) and item.sample)]


def _kinds(run: Run) -> dict[str, Mapping[str, Items]]:
    return {"scalars": run.scalars, "images": run.images, "histograms": run.histograms}


def _hides_some(items: Items) -> bool:
    """Whether steps go back, or many different items lie at one step."""
    at_one_step = len({item.step for item in items}) == 1 and len(set(items)) >= FEWEST_AT_ONE_STEP
    return at_one_step or any(after.step < before.step for before, after in itertools.pairwise(items))


def _newest_graph(log: EventLog) -> Graph:
    graphs = [content for run in log.runs.values() for content in run.graphs]
    try:
        return Graph.from_graph_def(graphs[-1] if graphs else b"")
    except GraphError:  # another check reports it
        return Graph.from_graph_def(b"")


def readable_graphs(log: EventLog) -> list[Graph]:
    """Return the graphs in the event files, the newest few of each run, without those that cannot be read."""
    found = []
    for run in log.runs.values():
        for content in list(dict.fromkeys(run.graphs))[-MOST_GRAPHS:]:
            with suppress(GraphError):
                found.append(Graph.from_graph_def(content))
    return found


def _nodes(content: bytes) -> frozenset[str]:
    try:
        return frozenset(Graph.from_graph_def(content).nodes)
    except GraphError:
        return frozenset()
