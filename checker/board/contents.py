"""What TensorBoard will show of a logdir: its runs, the pages that have something in them, and the newest step."""

from __future__ import annotations

from checker.evidence.events import EventLog

MOST_NAMED = 8


def describe(log: EventLog) -> list[str]:
    """Return lines about the runs, the pages with content and the newest step; none for a log without runs."""
    if not log.runs:
        return []
    names = sorted(log.runs)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    lines = [f"runs:   {len(names)}: {', '.join(map(shown, names[:MOST_NAMED]))}{more}"]
    lines.append(f"pages:  {', '.join(pages(log)) or 'none that this program knows'}")
    step = newest_step(log)
    return lines if step is None else [*lines, f"newest: step {step}"]


def pages(log: EventLog) -> list[str]:
    """Return the pages that have something in them, named as in TensorBoard."""
    runs = log.runs.values()
    found = {
        "TIME SERIES": any(run.scalars or run.images or run.histograms for run in runs),
        "SCALARS": any(run.scalars for run in runs),
        "IMAGES": any(run.images for run in runs),
        "GRAPHS": any(run.graphs for run in runs),
        "DISTRIBUTIONS": any(run.histograms for run in runs),
        "HISTOGRAMS": any(run.histograms for run in runs),
    }
    return [page for page, has_content in found.items() if has_content]


def newest_step(log: EventLog) -> int | None:
    """Return the largest step of anything that is shown, None where there is nothing."""
    steps = [point.step for _, _, points in log.scalars() for point in points]
    steps += [image.step for _, _, images in log.images() for image in images]
    steps += [histogram.step for _, _, histograms in log.histograms() for histogram in histograms]
    return max(steps, default=None)


def shown(name: str) -> str:
    """Return a name from a logdir so that it cannot steer a terminal, and of bounded length."""
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 80 else f"{text[:77]}..."
