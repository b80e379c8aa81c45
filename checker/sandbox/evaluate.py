"""Inside a forked child: TensorFlow on a submission's files, to read a checkpoint or to run a frozen graph.

`checker.evidence.freeze` has cut the graph to allow-listed operations, and replaced its variables by constants. A SaverDef
is never used. The result is an ``.npz`` of plain numbers.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

LARGEST_CHECKPOINT_BYTES = 1 << 30
REFUSED = 3  # exit status: the submission's files are at fault, and the last line of stderr says why


def dump(request: dict[str, Any]) -> None:
    """Write the numeric tensors of the checkpoint ``prefix`` to ``out``, and the names that cannot be read."""
    import tensorflow.compat.v1 as tf

    try:
        reader = tf.train.load_checkpoint(request["prefix"])
        shapes = reader.get_variable_to_shape_map()
        dtypes = reader.get_variable_to_dtype_map()
    except Exception as error:  # which class a damaged index raises differs by version
        _refuse(error)
    size = sum(int(np.prod(shapes[name], dtype=np.int64)) * max(1, dtypes[name].size) for name in shapes)
    if size > LARGEST_CHECKPOINT_BYTES:
        _refuse(f"the checkpoint claims {size >> 20} MiB of tensors, the limit is {LARGEST_CHECKPOINT_BYTES >> 20} MiB")
    tensors: dict[str, NDArray[Any]] = {}
    unreadable = {}
    for name in sorted(shapes):
        if dtypes[name].is_floating or dtypes[name].is_integer or dtypes[name].is_bool:
            try:
                tensors[name] = _as_plain(np.asarray(reader.get_tensor(name)))
            except Exception as error:  # a damaged or missing data file is noticed here
                unreadable[name] = _one_line(error)
    _write(request["out"], tensors, {"unreadable": unreadable})


def evaluate(request: dict[str, Any]) -> None:
    """Import the frozen graph ``graph`` and fetch ``fetches`` once per run, each run with its own feeds.

    ``runs`` is a list of {tensor name: key of an array in the file ``feeds``}. Writes one array per run and fetch to
    ``out``.
    """
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    definition = tf.GraphDef.FromString(Path(request["graph"]).read_bytes())
    with np.load(request["feeds"], allow_pickle=False) as archive:
        feeds = {name: archive[name] for name in archive.files}
    fetches: list[str] = request["fetches"]
    values: dict[str, NDArray[Any]] = {}
    try:
        with tf.Graph().as_default(), tf.Session() as sess:
            tf.import_graph_def(definition, name="")
            for index, feed in enumerate(request["runs"]):
                fetched = sess.run(fetches, {name: feeds[key] for name, key in feed.items()})
                values.update({f"{index} {name}": _as_plain(np.asarray(v)) for name, v in zip(fetches, fetched)})
    except Exception as error:  # the graph is a stranger's: whatever TensorFlow says of it is the answer
        _refuse(error)
    _write(request["out"], values, {})


def _write(out: str, arrays: dict[str, NDArray[Any]], extra: dict[str, Any]) -> None:
    """Write arrays under neutral keys: the name of a tensor may not be a valid file name in an archive."""
    names = list(arrays)
    np.savez(out, **{f"array_{index}": arrays[name] for index, name in enumerate(names)})  # type: ignore[arg-type]  # the stubs take the names for options
    Path(out).with_suffix(".json").write_text(json.dumps({"names": names, **extra}))


def _as_plain(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array with a dtype of NumPy itself: others, such as bfloat16, become float32."""
    return array if array.dtype.kind in "fiub" and array.dtype.isbuiltin == 1 else array.astype(np.float32)


def _refuse(error: object) -> NoReturn:
    print(_one_line(error), file=sys.stderr)
    sys.stderr.flush()
    sys.exit(REFUSED)


def _one_line(error: object) -> str:
    """Return the line of an error that says what happened. TensorFlow puts ``Graph execution error:`` before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("Graph execution error", "Detected at node", "Node:"))]
    return (telling or lines or [type(error).__name__])[0]
