"""Workshop sequences: an LSTM that writes fables, one character after the other.

The network reads a text and guesses each next character. What it remembers is its state: two vectors that each character
changes. The text is cut into pieces, and gradients go back through one piece only; the state goes on from piece to piece.
This is truncated back-propagation. The cell is written by hand: four gates, and a loop over the characters, tf.scan.

    python exercises/workshops/sequences.py
    tensorboard --logdir logdir/sequences

In TensorBoard, open SCALARS: `bits_per_character` shows two curves, those of the runs train and test. TEXT shows what the
trained network writes at three temperatures. GRAPHS shows the cell: the box of the loop.
"""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import numpy as np
import tensorflow.compat.v1 as tf

from reference.datasets import fables

LOGDIR = os.path.join("logdir", "sequences")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 13
UNITS = 128  # numbers in each of the two vectors of the state
STREAMS = 32  # parts of the text that are read side by side
PIECE = 25  # characters, through which gradients go back
EPOCHS = 8
LEARNING_RATE = 5e-3
LONGEST_GRADIENT = 5.0  # its global norm; longer ones are scaled down, as they grow with each character they go back
LOG_EVERY = 10  # steps
TEMPERATURES = (0.5, 0.8, 1.2)  # below 1, likely characters become likelier; above 1, all become more alike
PROMPT = "Le Loup et le Renard\n\n"
WRITTEN = 300  # characters


def make_streams(numbers):
    """Return the pieces of a text, each [STREAMS, PIECE + 1]: the last character of a piece is the first of the next."""
    length = (len(numbers) - 1) // (STREAMS * PIECE) * PIECE  # of a stream
    rows = np.stack([numbers[start : start + length + 1] for start in np.arange(STREAMS) * length])
    return [rows[:, start : start + PIECE + 1] for start in range(0, length, PIECE)]


def make_cell(size):
    """Return the step of an LSTM from one state [2, batch, UNITS] and characters [batch] to the next state."""
    deviation = UNITS**-0.5
    inputs = tf.Variable(tf.random_uniform([size, 4 * UNITS], -deviation, deviation, seed=SEED), name="inputs")
    outputs = tf.Variable(tf.random_uniform([UNITS, 4 * UNITS], -deviation, deviation, seed=SEED + 1), name="outputs")
    start = np.repeat([0.0, 1.0, 0.0, 0.0], UNITS)  # an open forget gate remembers from the first step on
    bias = tf.Variable(start.astype(np.float32), name="bias")

    def step(state, characters):
        memory, output = tf.unstack(state)
        gates = tf.nn.embedding_lookup(inputs, characters) + tf.matmul(output, outputs) + bias
        let_in, keep, let_out, new = tf.split(gates, 4, axis=1)
        memory = tf.sigmoid(keep) * memory + tf.sigmoid(let_in) * tf.tanh(new)
        return tf.stack([memory, tf.sigmoid(let_out) * tf.tanh(memory)])

    return step


def build_graph(size):
    """Build the model for an alphabet of some size. Return its tensors by name."""
    tf.set_random_seed(SEED)
    with tf.name_scope("text"):
        read = tf.placeholder(tf.int32, [None, None], name="read")  # [batch, time]
        next_read = tf.placeholder(tf.int32, [None, None], name="next")
        state = tf.placeholder(tf.float32, [2, None, UNITS], name="state")
    with tf.name_scope("lstm"):
        states = tf.scan(make_cell(size), tf.transpose(read), initializer=state)  # [time, 2, batch, UNITS]
        last_state = states[-1]
    with tf.name_scope("guess"):
        weights = tf.Variable(tf.truncated_normal([UNITS, size], stddev=UNITS**-0.5, seed=SEED + 2), name="weights")
        bias = tf.Variable(tf.zeros([size]), name="bias")
        output = tf.transpose(states[:, 1], [1, 0, 2])  # [batch, time, UNITS]
        logits = tf.tensordot(output, weights, axes=1) + bias  # [batch, time, size]
    with tf.name_scope("bits"):
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=next_read, logits=logits))
        bits = loss / np.log(2.0)  # a bit is ln 2 nats
    with tf.name_scope("train"):
        optimizer = tf.train.AdamOptimizer(LEARNING_RATE)
        gradients, variables = zip(*optimizer.compute_gradients(loss))
        shortened, _ = tf.clip_by_global_norm(gradients, LONGEST_GRADIENT)
        train_op = optimizer.apply_gradients(zip(shortened, variables))
    samples = tf.placeholder(tf.string, [], name="written")
    return {
        "read": read,
        "next": next_read,
        "state": state,
        "last_state": last_state,
        "logits": logits,
        "bits": bits,
        "train_op": train_op,
        "curve": tf.summary.scalar("bits_per_character", bits),
        "samples": samples,
        "page": tf.summary.text("samples", samples),
    }


def run_pieces(sess, model, pieces, fetch):
    """Yield what a tensor or an operation gives for each piece of a text; the state goes on from piece to piece."""
    state = np.zeros([2, STREAMS, UNITS], np.float32)
    for piece in pieces:
        feed = {model["read"]: piece[:, :-1], model["next"]: piece[:, 1:], model["state"]: state}
        state, found = sess.run([model["last_state"], fetch], feed)
        yield found


def train(sess, model, training, testing, writers):
    """Train for some epochs; log the bits per character of training pieces, and of the whole test text."""
    step, fetches = 0, [model["curve"], model["bits"], model["train_op"]]
    for _ in range(EPOCHS):
        train_bits = []
        for curve, bits, _ in run_pieces(sess, model, training, fetches):
            if step % LOG_EVERY == 0:
                writers[0].add_summary(curve, step)
            train_bits.append(bits)
            step += 1
        test_bits = np.mean(list(run_pieces(sess, model, testing, model["bits"])))
        value = tf.Summary.Value(tag="bits_per_character", simple_value=test_bits)
        writers[1].add_summary(tf.Summary(value=[value]), step)
    return np.mean(train_bits), test_bits


def write(sess, model, alphabet, temperature):
    """Let the network read PROMPT, then write: each character is drawn, and then read as the next one."""
    random = np.random.RandomState(SEED)
    numbers = {character: number for number, character in enumerate(alphabet)}
    text, state = PROMPT, np.zeros([2, 1, UNITS], np.float32)
    read = [numbers[character] for character in PROMPT]
    for _ in range(WRITTEN):
        state, logits = sess.run([model["last_state"], model["logits"]], {model["read"]: [read], model["state"]: state})
        scores = logits[0, -1] / temperature
        chances = np.exp(scores - scores.max())
        read = [random.choice(len(alphabet), p=chances / chances.sum())]
        text += alphabet[read[0]]
    return text


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    texts = fables()
    alphabet = sorted(set(texts[0]))  # the number of a character is its place
    training, testing = (make_streams(np.array([alphabet.index(each) for each in text])) for text in texts)
    with tf.Graph().as_default(), tf.Session() as sess:
        model = build_graph(len(alphabet))
        writers = [tf.summary.FileWriter(os.path.join(LOGDIR, run)) for run in ("train", "test")]
        writers[0].add_graph(sess.graph)
        with writers[0], writers[1]:
            sess.run(tf.global_variables_initializer())
            print("bits per character: training {:.3f}, test {:.3f}".format(*train(sess, model, training, testing, writers)))
            tf.train.Saver().save(sess, CHECKPOINT)
            for temperature in TEMPERATURES:
                text = write(sess, model, alphabet, temperature)
                page = "Temperature {}\n\n    {}".format(temperature, text.replace("\n", "\n    "))  # indented: verses stay
                writers[1].add_summary(sess.run(model["page"], {model["samples"]: page}), int(temperature * 10))
                print("{}: {}".format(temperature, text[len(PROMPT) :].split("\n")[0]))


if __name__ == "__main__":
    main()
