"""Folders `_correction` for tests, with event files beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tensorboard.compat.proto import event_pb2, summary_pb2

from tests.support.event_files import framed

HOSTILE = "<script>window.top.harmed=1</script><img src=x onerror='window.top.harmed=1'>\u202egpj.exe"

SVG = "<svg onload='window.top.harmed=1'><script>window.top.harmed=1</script></svg>"
LONG = "long" * 2500


def write_curve(run: Path, tag: str, values: list[float]) -> None:
    """Write an event file with one scalar."""
    run.mkdir(parents=True, exist_ok=True)
    events = [event_pb2.Event(wall_time=1.0, file_version="brain.Event:2")]
    for step, value in enumerate(values):
        summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])
        events.append(event_pb2.Event(wall_time=2.0 + step, step=step, summary=summary))
    (run / "events.out.tfevents.1.test").write_bytes(b"".join(framed(event.SerializeToString()) for event in events))


def check(name: str, status: str, **others: Any) -> dict[str, Any]:
    """Return a check of a report."""
    return {"id": name, "title": f"title of {name}", "status": status, **others}


def report(*checks: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Return a report file with the band of a loss."""
    return {
        "schema": 1,
        "report": {"exercise": "ex04", "cause": "check_loss", "checks": list(checks), "figures": ["plot.png"], **others},
        "expected_graph": None,
        "bands": {"loss": {"steps": [0, 9], "low": [0.5, 0.1], "high": [1.2, 0.4]}},
        "curves": [{"run": "ex04", "tag": "loss"}],
        "notes": [{"kind": "note", "text": "look at the rate", "written": "2026-11-29 09:00"}],
    }


def outcome(login: str, status: str, accuracy: float) -> dict[str, Any]:
    """Return an outcome of the index."""
    run = f"{login}/ex04".lstrip("/")
    return {"status": status, "cause": "", "report": f"reports/{run}.json", "run": run, "measures": {"accuracy": accuracy}}


def write_correction(folder: Path, learners: dict[str, tuple[str, float]], content: dict[str, Any], **others: Any) -> None:
    """Write an index, the same report for each learner, and each one's loss."""
    outcomes = {login: outcome(login, *result) for login, result in learners.items()}
    index = {
        "schema": 1,
        "title": "",
        "is_session": "" not in learners,
        "exercises": [{"id": "ex04", "title": "Digits", "question": ""}],
        "learners": [{"login": login, "folder": login, "outcomes": {"ex04": outcomes[login]}} for login in learners],
        "mistakes": [],
        **others,
    }
    for one in outcomes.values():
        path = folder / "_correction" / one["report"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
        write_curve(folder / one["run"], "loss", [1 / (step + 1) for step in range(10)])
    (folder / "_correction" / "correction.json").write_text(json.dumps(index))


def write_class(folder: Path, learners: int = 30) -> None:
    """Write a session of six exercises in which mistakes are shared by many, by two, or made by one learner alone."""
    exercises = [f"ex0{number}" for number in range(1, 7)]
    logins = [f"learner{number:02}" for number in range(1, learners + 1)]
    statuses = ["pass", "fail", "fail", "absent", "pending", "pass", "error"]
    people = []
    for row, login in enumerate(logins):
        outcomes = {}
        for column, exercise in enumerate(exercises):
            status = statuses[(row * 5 + column * column) % len(statuses)]
            run = f"{login}/{exercise}"
            measures = {"accuracy": round(0.5 + row / 100, 3), "loss": round(2 / (row + 1), 4)} if column > 2 else {}
            is_done = status not in ("absent", "pending")
            outcomes[exercise] = {
                "status": status,
                "cause": "logs the training loss at every step" if status == "fail" else "",
                "report": f"reports/{run}.json" if is_done else "",
                "run": run,
                "measures": measures if is_done else {},
            }
        people.append({"login": login, "folder": login, "outcomes": outcomes})
    mistakes = [
        {
            "exercise": exercises[number % 6],
            "check": f"check_{number}",
            "title": f"logs the training loss of layer {number} at every step of the training, not only at its end",
            "expected": "steps 0 to 199",
            "actual": "one point, at step 199",
            "hint": "call add_summary inside of the loop",
            "logins": logins[number : number + 1 + number % 14],
            "folders": logins[number : number + 1 + number % 14],
        }
        for number in range(25)
    ]
    index = {
        "schema": 1,
        "title": folder.name,
        "is_session": True,
        "exercises": [{"id": exercise, "title": f"Exercise {exercise}", "question": ""} for exercise in exercises],
        "learners": people,
        "mistakes": mistakes,
    }
    (folder / "_correction").mkdir(parents=True)
    (folder / "_correction" / "correction.json").write_text(json.dumps(index))
