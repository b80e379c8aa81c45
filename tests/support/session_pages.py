"""A small session whose texts are hostile, and what tests read of its pages."""

from __future__ import annotations

import math
from html.parser import HTMLParser
from pathlib import Path

from checker.catalog import built_in
from checker.evidence.stdout import clean_line
from checker.expected_graph import expected_outline
from checker.intake.learner import Learner, Problem, Remark
from checker.outcome import CheckResult, NamedLine, OwnFile, Report, Status
from checker.outline import Node, Outline, compared
from checker.session.reporting import write_reports
from checker.session.store import Store
from checker.workers.assignment import Task

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&amp;{{ 7*7 }}]]>\x00\x1b[31m\u202e\ud800"
EXERCISES = ("ex01", "ex02")


# A name of HTML in a box of HTML, a mark, and no edge that a person would draw.
GRAPH = compared(
    Outline(
        (
            Node(HOSTILE[:-1], (None, 3), HOSTILE[:-1]),
            Node("Neg", (3,), HOSTILE[:-1], (0,)),
            Node("softmax", None, "s", (1,)),
        )
    ),
    expected_outline(built_in()["ex01"]) or Outline(()),
)


def report_of(exercise: str, *checks: CheckResult) -> Report:
    return Report(
        exercise,
        f"submissions/x/{exercise}.py",
        "none",
        "none",
        list(checks),
        loss=[3.0, math.nan, 1.0, math.inf, 0.5],
        output=HOSTILE,
        logdir="logdir/a b/ex01",
        figures=["figures/figure 1.png", "figures/figure 1.json"],
        measures={"MSE": math.nan, HOSTILE: 2.0},
        graph=GRAPH,
        weights="the same",
        notes=[HOSTILE],
        sources=[OwnFile("ex01.py", HOSTILE, "\n".join(["x = 1"] * 40 + [HOSTILE]))],
    )


def failed(actual: str) -> CheckResult:
    lines = (
        NamedLine("ex01.py", 41, "ex01.py, line 41"),
        NamedLine("ex01.py", 7, "<img src=x onerror=alert(1)>"),
        NamedLine("ex01.py", 99, "gone"),
    )
    place, where = f"ex01.py, line 41: {actual}", f"ex01.py, line 41: {actual}; here, not gone"
    found = f"{actual} (<img src=x onerror=alert(1)>)"
    return CheckResult("check_a", "does a", Status.FAIL, where, "one", found, "look at tf.reshape", place=place, lines=lines)


def write_hostile_session(folder: Path) -> Path:
    """Write the reports of two learners who share a mistake, a hostile one, one who is pending; return its folder."""
    folder.mkdir()
    learners = [
        Learner("ada", "ada", {}),
        Learner("=cmd|' /C calc'!A0", "cmd", {}),
        Learner(clean_line(f"<b>{HOSTILE[:-1]}"), "b", {}, (Problem(HOSTILE[:-1], "x", "y", "z"),), (Remark("chosen"),)),
        Learner("Zoë", "Zoë", {}),
    ]
    with Store(folder) as store:
        store.enter(learners, {(learner.login, exercise): "k" for learner in learners for exercise in EXERCISES})
        skip = CheckResult("check_b", "does b", Status.SKIP, detail="does a")
        error = CheckResult("check_b", "does b", Status.ERROR, detail=f"Traceback {HOSTILE}")
        ok = CheckResult("check_a", "does a", Status.PASS, advice="faster")
        for learner, checks in zip(
            learners, [(failed("loss 1.25 of 7"), skip), (failed("loss 33 of 9"), skip), (failed(HOSTILE), error)]
        ):
            store.record(Task(learner.login, "ex01", "k"), report_of("ex01", *checks), 1)
        store.record(Task("ada", "ex02", "k"), report_of("ex02", ok), 1)
        store.add_note("ada", "ex01", HOSTILE)
        write_reports(store, folder, likeness=True)
    return folder


class Tags(HTMLParser):
    """Collects the tags of a page, and whether they are closed as they were opened."""

    VOID = ("meta", "img", "input", "br", "path", "rect")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def pages(session: Path) -> list[Path]:
    return [session / "index.html", session / "likeness.html", *sorted((session / "learners").iterdir())]


# The least contrast of any visible text with what is behind it, as WCAG computes it; and the text.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const pixel = colours => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = rgb => {
    const [r, g, b] = rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = element => {
    const found = [];
    for (let e = element; e; e = e.parentElement) found.unshift(getComputedStyle(e).backgroundColor);
    return found;
  };
  let worst = [99, ""];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest("svg, .hidden, option")) continue;
    const back = luminance(pixel(behind(e))), text = luminance(pixel([...behind(e), getComputedStyle(e).color]));
    const contrast = (Math.max(text, back) + .05) / (Math.min(text, back) + .05);
    if (contrast < worst[0]) worst = [contrast, e.textContent.trim().slice(0, 80)];
  }
  return worst;
}"""
