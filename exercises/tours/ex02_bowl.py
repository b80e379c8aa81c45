"""Tour of exercise 02: the loss is a bowl, and gradient descent rolls down into it.

A line is two numbers, so the loss is a surface over slope and intercept. MESH shows it in three dimensions.

    python exercises/ex02.py
    python exercises/tours/ex02_bowl.py
    tensorboard --logdir logdir/ex02_tour

In TensorBoard, open MESH. Drag to turn the bowl, and move the step slider: the red dots are the descent, and the green one
is the line that the checkpoint holds.
"""

import os
import shutil

import numpy as np
import tensorflow.compat.v1 as tf
from tensorboard.plugins.mesh import summary as mesh_summary

from reference.datasets import boston

CHECKPOINT = os.path.join("logdir", "ex02", "saved", "model.ckpt")
LOGDIR = os.path.join("logdir", "ex02_tour")
SIDE = 30  # points along each edge of the bowl
DOTS = 24  # places of the path; later the line hardly moves
SHOWN_STEPS = (0, 1, 2, 3, 4, 6, 8, 12, 16, DOTS - 1)  # TensorBoard keeps ten
RADIUS = 0.03  # of a dot; the bowl is two wide
# MESH looks along the z axis, and turns what it shows around the y axis: so y is the loss. We look from above into the bowl.
VIEW = {
    "camera": {"cls": "PerspectiveCamera", "fov": 40, "position": [0.9, 2.6, 3.2], "lookAt": [0, 0, 0]},
    "lights": [
        {"cls": "AmbientLight", "color": "#ffffff", "intensity": 0.9},
        {"cls": "DirectionalLight", "color": "#ffffff", "intensity": 0.5, "position": [2, 3, 1]},
    ],
}
# An octahedron: six corners, eight triangles, each to be seen from both sides. MESH draws no points beside triangles.
CORNERS = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], np.float32)
TRIANGLES = np.array([t for a in (0, 1) for b in (2, 3) for c in (4, 5) for t in ((a, b, c), (a, c, b))], np.int32)
RED, GREEN = (220, 40, 40), (20, 160, 60)


def descend(rooms, prices):
    """Train the restored graph again from its first line. Return the path [DOTS, 2] and the line of the checkpoint [2].

    The checkpoint keeps the whole graph, so the seed, the initialisers and the optimiser are those of the exercise.
    """
    feed = {"rooms:0": rooms, "price:0": prices}
    with tf.Graph().as_default(), tf.Session() as sess:
        saver = tf.train.import_meta_graph(CHECKPOINT + ".meta")
        (train_op,) = tf.get_collection(tf.GraphKeys.TRAIN_OP)
        sess.run(tf.global_variables_initializer())
        path = []
        for _ in range(DOTS):
            path.append(sess.run(["model/slope:0", "model/intercept:0"]))
            sess.run(train_op, feed)
        saver.restore(sess, CHECKPOINT)
        return np.array(path), np.array(sess.run(["model/slope:0", "model/intercept:0"]))


def height(lines, rooms, prices):
    """Return the mean squared error [n] of lines [n, 2]: slope (per standard deviation of the rooms) and intercept."""
    scaled = (rooms - rooms.mean()) / rooms.std()
    return np.square(lines[:, :1] * scaled + lines[:, 1:] - prices).mean(axis=1)


def build_bowl(best, reach, rooms, prices):
    """Return a function that places lines [n, 2] in the picture; and corners [900, 3], heights and triangles of the bowl."""
    axis = np.linspace(-1, 1, SIDE)
    places = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    heights = height(best + reach * places, rooms, prices)
    top = heights.max()

    def place(lines):
        (right, away), up = ((lines - best) / reach).T, 1.5 * height(lines, rooms, prices) / top
        return np.column_stack([right, up, away]).astype(np.float32)

    corner = (np.arange(SIDE - 1)[:, None] * SIDE + np.arange(SIDE - 1)).reshape(-1, 1, 1)
    triangles = corner + np.array([[0, SIDE, 1], [1, SIDE, SIDE + 1]])  # two for each square, to be seen from above
    return place, place(best + reach * places), heights[:, None] / top, triangles.reshape(-1, 3).astype(np.int32)


def write(place, bowl, path, end):
    """Write the mesh at ten steps: the bowl, the path as far as that step, and the line of the checkpoint."""
    surface, shade, triangles = bowl
    bodies = [TRIANGLES + len(surface) + i * len(CORNERS) for i in range(DOTS + 1)]
    tints = [[RED]] * (len(CORNERS) * DOTS) + [[GREEN]] * len(CORNERS)
    colors = np.concatenate([(60 + 180 * shade) * [1, 1, 0] + [0, 0, 255] * (1 - shade), np.array(tints)[:, 0]])
    with tf.Graph().as_default(), tf.Session() as sess, tf.summary.FileWriter(LOGDIR) as writer:
        corners = tf.placeholder(tf.float32, [1, len(colors), 3])
        summary = mesh_summary.op(
            "bowl",
            corners,
            faces=tf.constant(np.concatenate([triangles, *bodies])[None]),
            colors=tf.constant(colors.astype(np.uint8)[None]),
            config_dict=VIEW,
        )
        for step in SHOWN_STEPS:
            walked = place(path[np.minimum(np.arange(DOTS), step)])  # the dots to come lie where the path is now
            dots = np.concatenate([walked, place(end[None])])[:, None] + RADIUS * CORNERS
            everything = np.concatenate([surface, dots.reshape(-1, 3)])
            writer.add_summary(sess.run(summary, {corners: everything[None]}), step)


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    if not os.path.exists(CHECKPOINT + ".index"):
        raise SystemExit("{} is missing: run python exercises/ex02.py first".format(CHECKPOINT))
    shutil.rmtree(LOGDIR, ignore_errors=True)
    rooms, prices = boston().data[:, 5], boston().target
    path, end = descend(rooms, prices)
    reach = 1.1 * np.abs(path - end).max()  # the bowl is wide enough for the whole path
    place, *bowl = build_bowl(end, reach, rooms, prices)
    write(place, bowl, path, end)
    first, last = height(path[[0, -1]], rooms, prices)
    print("loss {:.2f} before the descent, {:.2f} after {} steps".format(first, last, DOTS - 1))


if __name__ == "__main__":
    main()
