"""Inside a forked child: prepares what a script finds: data without a network, TensorFlow 1 if it is meant, no windows."""

from __future__ import annotations

import json
import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from checker.sandbox import colab, contrib, datasets, headless, imports, input_data, legacy, notebook
from checker.sandbox.dialect import TF1, decide, find_usage
from checker.sandbox.job_words import tell_our_failure
from checker.sandbox.session_hooks import FOLDER_VARIABLE

FILE = "dialect.json"
MOST_MODULES = 20  # beside the script, whose sources count for the decision
TUTORIALS = ("tensorflow.examples", "tensorflow.examples.tutorials", "tensorflow.examples.tutorials.mnist")


def read_script(path: str) -> tuple[str, bytes | str]:
    """Return the path and the source of what runs. A notebook is first converted into a script beside it.

    Raises `checker.sandbox.notebook.NotebookError`, and OSError.
    """
    if not notebook.is_notebook(path):
        return path, notebook.without_magics(Path(path).read_bytes())
    script = Path(path).with_suffix(".py")
    try:
        script.write_text(notebook.convert(Path(path)), "utf-8", errors="surrogatepass")
    except notebook.NotebookError:
        raise
    except Exception:  # nbconvert gets plain text only, so the notebook is not to blame
        tell_our_failure(traceback.format_exc())
        raise
    return str(script), notebook.without_magics(script.read_bytes())


def install(path: str, source: bytes | str, namespace: dict[str, Any], is_tensorflow_1: bool = False) -> None:
    """Prepare this process for a script that will run in `namespace`, and record which dialect of TensorFlow it is served.

    Real TensorFlow 1 gets nothing that stands for a part of it, but for the data that its tutorials fetch. An error in
    here is our failure, not that of the script, and is reported as such.
    """
    try:
        _install(path, source, namespace, is_tensorflow_1)
    except Exception:
        tell_our_failure(traceback.format_exc())
        raise


def _install(path: str, source: bytes | str, namespace: dict[str, Any], is_tensorflow_1: bool) -> None:
    if os.environ.get(imports.MODULES_VARIABLE):
        sys.path.append(os.environ[imports.MODULES_VARIABLE])  # last: it replaces nothing that is installed
    headless.install()
    datasets.serve()
    imports.serve(r"tensorflow\.examples(?:\.tutorials(?:\.mnist(?:\.input_data)?)?)?", _tutorials)
    imports.serve_missing(r"input_data", _tutorials)
    imports.serve_missing(colab.PATTERN, colab.resolve)
    if _mentions(source, "get_ipython"):
        namespace["get_ipython"] = lambda: headless.Notebook(namespace)
    if not is_tensorflow_1:
        decision = decide(source, _modules_beside(path, source))
        _write_down(FILE, json.dumps(asdict(decision)))
        imports.serve(r"tensorflow\.contrib(?:\..*)?", contrib.resolve)
        if decision.dialect == TF1:
            legacy.serve()


def _mentions(source: bytes | str, word: str) -> bool:
    return word in source if isinstance(source, str) else word.encode() in source


def _modules_beside(path: str, source: bytes | str) -> dict[str, bytes]:
    """Return the sources of the modules beside a script that it imports, by file name."""
    files = [Path(path).with_name(f"{name}.py") for name in sorted(find_usage(source).imports)]
    there = [
        file for file in files if os.path.isfile(file) and str(file) != path
    ]  # Path.is_file raises for a name that is too long
    return {file.name: file.read_bytes() for file in there[:MOST_MODULES]}


def _write_down(file: str, text: str) -> None:
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        Path(folder, file).write_text(text, "utf-8", errors="backslashreplace")


def _tutorials(name: str) -> Any:
    """Return a module of the tutorials by its name. Only `input_data` holds anything."""
    if name not in TUTORIALS:
        return input_data
    module = imports.package(name)
    above, _, last = name.rpartition(".")
    if above in TUTORIALS and above in sys.modules:
        setattr(sys.modules[above], last, module)
    return module
