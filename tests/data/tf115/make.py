"""Write what tests/evidence/test_tf115.py reads, with TensorFlow 1.15.5 itself:

    make .venv-tf1/installed
    .venv-tf1/bin/python tests/data/tf115/make.py

`graphs.tar.xz` holds, for each model of tests/support/variations.py, its .meta file, the event file with its graph, and the names that
the script gave; the folders `line` and `plane` are whole runs, like those of exercises 02 and 03.
"""

import io
import os
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent.parent))
from tests.support.variations import HEAD, NETWORKS, REGRESSIONS, TAIL  # noqa: E402  # found beside the tests

LINE = """
rooms = np.linspace(4, 8, 50)
prices = 9.1 * rooms - 34.7
features, target = (rooms - 6) / 2, prices
x, y = tf.placeholder(tf.float32, [None], name="x"), tf.placeholder(tf.float32, [None], name="y")
w, b = tf.Variable(0.0, name="w"), tf.Variable(0.0, name="b")
prediction = w * x + b
"""
PLANE = """
features = np.random.RandomState(1).rand(50, 13)
target = features.dot(np.arange(13.0)) + 5
tf.get_variable_scope().set_use_resource(True)
x, y = tf.placeholder(tf.float32, [None, 13], name="x"), tf.placeholder(tf.float32, [None], name="y")
w, b = tf.get_variable("w", [13, 1], initializer=tf.zeros_initializer()), tf.get_variable("b", [1])
prediction = tf.squeeze(tf.matmul(x, w) + b, 1)
"""
TRAIN = """
loss = tf.reduce_mean(tf.square(prediction - y))
step = tf.train.create_global_step()
train = tf.train.MomentumOptimizer(0.05, 0.9).minimize(loss, global_step=step)
tf.summary.scalar("loss", loss)
tf.summary.histogram("weights", w)
merged = tf.summary.merge_all()
saver = tf.train.Saver(max_to_keep=2)
with tf.Session() as sess, tf.summary.FileWriter(".", sess.graph) as writer:
    sess.run(tf.global_variables_initializer())
    for i in range(30):
        summary, _ = sess.run([merged, train], {x: features, y: target})
        writer.add_summary(summary, i)
        if i % 10 == 9:
            saver.save(sess, "model", global_step=step, write_meta_graph=i == 29)
    named = {"prediction": prediction.name, "target": y.name, "loss": loss.name, "train": train.name}
    numbers = {"loss": float(sess.run(loss, {x: features, y: target})), "features": features.tolist()}
    with open("truth.json", "w") as file:
        json.dump(dict(named, numbers=dict(numbers, target=target.tolist())), file)
"""


def write(lines, folder):
    """Run lines in a folder, on a graph of their own."""
    import tensorflow.compat.v1 as tf

    tf.keras.backend.clear_session()
    tf.reset_default_graph()
    before = os.getcwd()
    os.chdir(str(folder))
    try:
        exec(compile(lines, "model", "exec"), {"__name__": "model"})
    finally:
        os.chdir(before)


def main():
    """Write everything anew."""
    with tarfile.open(str(HERE / "graphs.tar.xz"), "w:xz") as archive:
        for table, models in (("networks", NETWORKS), ("regressions", REGRESSIONS)):
            for number, (name, lines) in enumerate(models.items()):
                with tempfile.TemporaryDirectory() as folder:
                    write(HEAD + lines + TAIL, folder)
                    (event_file,) = Path(folder).glob("*tfevents*")
                    for path in (Path(folder) / "model.meta", Path(folder) / "truth.json", event_file):
                        part = "events.out.tfevents.1" if path == event_file else path.name
                        add(archive, "{}/{}/{}".format(table, name.replace("/", "-"), part), path.read_bytes())
                print(table, number + 1, "of", len(models))
    for name, lines in (("line", LINE), ("plane", PLANE)):
        folder = HERE / name
        shutil.rmtree(str(folder), ignore_errors=True)
        folder.mkdir()
        write(HEAD + lines + TRAIN, folder)
        (event_file,) = folder.glob("*tfevents*")
        event_file.rename(folder / "events.out.tfevents.1")  # without the name of this machine


def add(archive, name, content):
    """Add a file to an archive, without time or owner."""
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


if __name__ == "__main__":
    main()
