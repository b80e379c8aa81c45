"""Read and restore the checkpoints of two roots with the TensorFlow of this process; a program of its own.

    python restored_across.py OWN OTHER RESULTS PREFIX...

OWN and OTHER hold the same checkpoints; this TensorFlow wrote those below OWN. The values go to RESULTS, one file per
checkpoint and question, see `QUESTIONS`. It runs on TensorFlow 1.15 as well, and so keeps to Python 3.7.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

SAVED, STARTED, RESTORED, IMPORTED = "saved", "started", "restored", "imported"
QUESTIONS = {
    SAVED: "what the own checkpoint holds",
    STARTED: "with what the variables begin",
    RESTORED: "what the own graph has after it restored the checkpoint of the other",
    IMPORTED: "the same, with the graph of the other; TensorFlow 1 does not know all operations that TensorFlow 2 writes",
}


def main(own: str, other: str, results: str, *prefixes: str) -> None:
    """Answer all questions on all checkpoints."""
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    for prefix in prefixes:
        mine, theirs = os.path.join(own, prefix), os.path.join(other, prefix)
        reader = tf.train.load_checkpoint(mine)
        answers = {
            SAVED: {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()},
            STARTED: values_of(tf, mine, None),
            RESTORED: values_of(tf, mine, theirs),
        }
        if tf.__version__.startswith("2."):
            answers[IMPORTED] = values_of(tf, theirs, theirs)
        for question, values in answers.items():
            write_results(results, prefix, question, values)


def values_of(tf: Any, graph: str, restored: str | None) -> Arrays:
    """Return the variables of the graph that was saved at a prefix: as they begin, or from the checkpoint of another."""
    with tf.Graph().as_default(), tf.Session() as sess:
        saver = tf.train.import_meta_graph(graph + ".meta")
        variables = {variable.op.name: variable for variable in tf.global_variables()}
        if restored is None:
            sess.run(tf.variables_initializer(list(variables.values())))
        else:
            saver.restore(sess, restored)
            saved = tf.train.load_checkpoint(restored).get_variable_to_shape_map()
            variables = {name: variable for name, variable in variables.items() if name in saved}
        values: Arrays = sess.run(variables)
        return values


def write_results(results: str, prefix: str, question: str, values: Arrays) -> None:
    """Write an answer. The name of a variable is no name of a file in an archive."""
    arrays = {f"array_{number}": value for number, value in enumerate(values.values())}
    np.savez(_path(results, prefix, question), names=np.array(list(values)), **arrays)  # type: ignore[arg-type]  # the stubs take the names for options


def read_results(results: str, prefix: str, question: str) -> Arrays:
    """Return an answer."""
    with np.load(_path(results, prefix, question), allow_pickle=False) as archive:
        return {str(name): archive[f"array_{number}"] for number, name in enumerate(archive["names"])}


def _path(results: str, prefix: str, question: str) -> str:
    return os.path.join(results, "{}.{}.npz".format(prefix.replace("/", "."), question))


if __name__ == "__main__":
    main(*sys.argv[1:])
