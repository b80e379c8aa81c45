"""The tab *Correction* of TensorBoard; whatever is wrong with a correction, TensorBoard itself goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tensorboard.backend import http_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from checker.board import correction_files as files
from checker.board.found import Finder, roots_of

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "application/javascript", ".css": "text/css"}
Environment = dict[str, Any]
Wsgi = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]
Answer = Callable[[wrappers.Request], wrappers.Response]
logger = logging.getLogger(__name__)


class CorrectionPlugin(base_plugin.TBPlugin):  # type: ignore[misc]  # TensorBoard has no types
    """Serves the page, and the JSON of the corrections that speak of the logdir; everything is read-only."""

    plugin_name = "correction"

    def __init__(self, context: base_plugin.TBContext) -> None:
        spec = getattr(context.flags, "logdir_spec", "") if context.flags else ""
        self._finder = Finder(roots_of(context.logdir or "", spec or ""))

    def is_active(self) -> bool:
        """Say whether there is a correction that speaks of the logdir."""
        return bool(self._finder.found())

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """Name the tab and the module that draws it."""
        return base_plugin.FrontendMetadata(es_module_path="/index.js", tab_name="Correction")

    def get_plugin_apps(self) -> dict[str, Wsgi]:
        """Return what answers each path; TensorBoard answers any other with 404."""
        own = [path for path in STATIC.iterdir() if path.suffix in TYPES]
        apps = {f"/{path.name}": _get_only(_file(path)) for path in own}
        return {
            **apps,
            "/index": _get_only(self._index),
            "/report": _get_only(self._report),
            "/figure": _get_only(self._figure),
        }

    def _index(self, request: wrappers.Request) -> wrappers.Response:
        corrections = [_described(one) for one in self._finder.found()]
        return _json(request, {"corrections": corrections, "remark": self._finder.remark})

    def _report(self, request: wrappers.Request) -> wrappers.Response:
        asked = self._asked(request)
        return _json(request, files.read_report(*asked)) if asked else _message(request, "no such exercise", 404)

    def _figure(self, request: wrappers.Request) -> wrappers.Response:
        asked = self._asked(request)
        data = files.read_figure(*asked, request.args.get("name", "")) if asked else None
        if data is None:
            return _message(request, "no such figure", 404)
        return _respond(request, data, "image/png")

    def _asked(self, request: wrappers.Request) -> tuple[files.FoundCorrection, dict[str, Any]] | None:
        """Return the outcome that an address means; what it says is compared, and never becomes a path."""
        name, learner, exercise = (request.args.get(key, "") for key in ("correction", "learner", "exercise"))
        for one in self._finder.found():
            if one.name == name:
                outcome = files.outcome_in(files.read_index(one), learner, exercise)
                return (one, outcome) if outcome is not None else None
        return None


def _described(one: files.FoundCorrection) -> dict[str, Any]:
    where = {"name": one.name, "prefix": one.prefix, "inside": one.inside}
    try:
        return {**where, "index": files.read_index(one), "problem": ""}
    except files.Unreadable as error:
        return {**where, "index": None, "problem": str(error)}


def _file(path: Path) -> Answer:
    def answer(request: wrappers.Request) -> wrappers.Response:
        return _respond(request, path.read_bytes(), TYPES[path.suffix])

    return answer


def _get_only(answer: Answer) -> Wsgi:
    @wrappers.Request.application
    def app(request: wrappers.Request) -> wrappers.Response:
        if request.method not in ("GET", "HEAD"):
            return _message(request, "this tab is read-only", 405)
        try:
            return answer(request)
        except files.Unreadable as error:
            return _message(request, str(error), 422)
        except Exception:  # a correction of any shape must leave TensorBoard alone
            logger.exception("The tab Correction cannot answer")
            return _message(request, "this part of the correction cannot be read", 500)

    return app


def _json(request: wrappers.Request, value: dict[str, Any]) -> wrappers.Response:
    return _respond(request, value, "application/json")


def _message(request: wrappers.Request, text: str, code: int) -> wrappers.Response:
    return _respond(request, {"message": text}, "application/json", code)


def _respond(request: wrappers.Request, content: Any, kind: str, code: int = 200) -> wrappers.Response:
    response: wrappers.Response = http_util.Respond(request, content, kind, code=code)
    return response
