"""What event files hold and TensorBoard shows, or hides without a word."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from checker.engine.fixtures import Advise
from checker.evidence.board import KEPT, Board, BoardError
from checker.evidence.curves import all_curves, run_folder, series
from checker.evidence.events import EventLog, Histogram, Image, Point, Run
from checker.evidence.graph import Graph, GraphError
from checker.evidence.pictures import is_picture
from checker.expect import expect, expect_increasing, fail, listed

MOST_SERIES = 100  # asked of TensorBoard, some milliseconds each
MOST_PICTURES = 200  # of a series, a millisecond each
MOST_GRAPHS = 4  # of a run that are compared
OWN_WRITER = "make summaries with the operations of tf.summary, and files with tf.summary.FileWriter"
FEWEST_AT_ONE_STEP = 3  # of a series: two may be a before and an after

Items = Sequence[Point | Image | Histogram]


def expect_steps_that_show_all(log: EventLog, logdir: str) -> None:
    """Raise `Mismatch` at a series that TensorBoard draws as a zigzag or of which it shows one point only.

    Losses and accuracies come first: they are what other checks speak of, and one cause is printed once.
    """
    for curve in all_curves(log, _newest_graph(log), logdir):
        if _hides_some(curve.points):
            curve.require_growing_steps()
    for run, kind, tag, items in _series(log):
        if kind != "scalars" and _hides_some(items):
            hint = f"TensorBoard shows one of the {kind} a step, and drops those before a step that goes back: pass the step"
            expect_increasing([item.step for item in items], series(logdir, run.name, tag), hint)


def expect_one_graph_a_run(log: EventLog, logdir: str, advise: Advise) -> None:
    """Raise `Mismatch` when a run holds two graphs of different nodes; advise when they are one, written again."""
    for run in log.runs.values():
        if len(run.graphs) < 2:
            continue
        where = run_folder(logdir, run.name)
        graphs = [_nodes(content) for content in list(dict.fromkeys(run.graphs))[:MOST_GRAPHS]]
        for first, second in itertools.combinations(graphs, 2):
            alone, other = sorted(first - second), sorted(second - first)
            if alone and other:
                found = f"two graphs, one with {listed(alone[:3])}, another with {listed(other[:3])}"
                hint = "TensorBoard shows one of them: write the graph that is trained, or give each a writer and a folder"
                fail(where, "one graph", found, hint)
        advise(f"{where} holds its graph {len(run.graphs)} times, TensorBoard shows one: write it once, when complete.")


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
        where = series(logdir, run.name, tag)
        shown = _shown(board, run, kind, tag, where)
        logged = len({item.step for item in items}) if kind == "images" else len(items)
        found = f"TensorBoard shows {len(shown)} of {logged} {kind}"
        whole = len(shown) == min(logged, KEPT[kind])
        expect(whole, where, "a series that TensorBoard shows", found, "after a restart it drops points: one count of steps")
        if kind == "images":
            _expect_pictures(where, run.images[tag])
            thinned += [f'"{summary_of(tag)}"'] if len(shown) < logged else []
    if thinned:
        advise(
            f"TensorBoard keeps {KEPT['images']} pictures a tag, chosen by chance, of {listed(dict.fromkeys(thinned))}: log "
            "fewer, or start it with --samples_per_plugin images=100."
        )


def summary_of(tag: str) -> str:
    """Return the name of an image summary by the tag of one of its pictures."""
    return re.sub(r"/image(/\d+)?$", "", tag)


def _expect_pictures(where: str, images: Sequence[Image]) -> None:
    """Raise `Mismatch` at bytes that no browser draws: TensorBoard hands them on as they are."""
    looked_at = images[:MOST_PICTURES]
    broken = [image for image in looked_at if not is_picture(image.encoded)]
    if broken:
        found = (
            f"{len(broken)} of {len(looked_at)} are none, such as {len(broken[0].encoded)} bytes at step {broken[0].step}"
        )
        hint = "encoded_image_string of tf.Summary.Image holds a whole PNG; tf.summary.image makes one of numbers"
        fail(where, "pictures that a browser can draw", found, hint)


def _shown(board: Board, run: Run, kind: str, tag: str, where: str) -> list[int]:
    """Return the steps that TensorBoard shows. Raises `Mismatch` when it fails on the tag, or it is of two kinds."""
    kinds = [other for other, tags in _kinds(run).items() if tag in tags]
    try:
        if len(kinds) == 1:
            return board.steps(kind, run.name, tag)
        failure = "it shows the first under one name"
        for other in kinds:
            board.steps(other, run.name, tag)
    except BoardError as error:
        failure = f"TensorBoard itself fails: {error}"
    hint = "give each summary a tag of its own" if len(kinds) > 1 else OWN_WRITER
    fail(where, "one kind of summary a tag", f"{' and '.join(kinds)}; {failure}", hint)


def _series(log: EventLog) -> Iterator[tuple[Run, str, str, Items]]:
    """Yield (run, kind, tag, what was logged) of every series; of a batch of pictures the first."""
    for run in log.runs.values():
        for kind, tags in _kinds(run).items():
            for tag, items in tags.items():
                yield run, kind, tag, [item for item in items if not (isinstance(item, Image) and item.sample)]


def _kinds(run: Run) -> dict[str, Mapping[str, Items]]:
    return {"scalars": run.scalars, "images": run.images, "histograms": run.histograms}


def _hides_some(items: Items) -> bool:
    """Whether steps go back, or many different things lie at one step."""
    at_one_step = len({item.step for item in items}) == 1 and len(set(items)) >= FEWEST_AT_ONE_STEP
    return at_one_step or any(after.step < before.step for before, after in itertools.pairwise(items))


def _newest_graph(log: EventLog) -> Graph:
    graphs = [content for run in log.runs.values() for content in run.graphs]
    try:
        return Graph.from_graph_def(graphs[-1] if graphs else b"")
    except GraphError:  # there is a check of its own for that
        return Graph.from_graph_def(b"")


def _nodes(content: bytes) -> frozenset[str]:
    try:
        return frozenset(Graph.from_graph_def(content).nodes)
    except GraphError:
        return frozenset()
