"""Workshop embedding: words as vectors, learnt from the company they keep.

Skip-gram: each word of a text guesses the words beside it. Its guess is a vector, the only thing that the network knows of
the word. Words that stand in the same places get similar vectors. A softmax over all words is dear, so the loss compares the
right word with a few that are drawn at random: noise-contrastive estimation, tf.nn.nce_loss.

    python exercises/workshops/embedding.py
    tensorboard --logdir logdir/embedding

In TensorBoard, open PROJECTOR (in the menu INACTIVE if there is no such tab): each point is a word. SCALARS: `loss` is that
of the batches; `cross_entropy` shows two curves, those of the runs train and test. TEXT shows the neighbours of some words.
"""

import collections
import os
import re
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

import numpy as np
import tensorflow.compat.v1 as tf
from tensorboard.plugins import projector

from reference.datasets import fables

LOGDIR = os.path.join("logdir", "embedding")
WORDS = os.path.join(LOGDIR, "words")  # a run of its own: its checkpoint, its labels and the configuration of the PROJECTOR
SEED = 12
LEAST_OFTEN = 5  # times that a word comes in the training text; of rarer ones, there is nothing to learn
WINDOW = 2  # words on each side
DIMENSIONS = 24  # numbers per word
DRAWN = 64  # words per batch that are compared with the right ones
LEARNING_RATE = 1.0
STEPS = 5000
BATCH = 256  # pairs
LOG_EVERY = 100  # steps
MEASURED = 4000  # pairs of each part, for the cross entropy over all words
ASKED = ("il", "dans", "est", "renard", "mon", "roi")  # words whose neighbours are shown
NEIGHBOURS = 6


def cut(text):
    """Return the words of a text: runs of letters, in small letters."""
    return re.findall(r"[^\W\d_]+", text.lower())


def make_vocabulary(words):
    """Return the words that come LEAST_OFTEN times or more, the most frequent first: the place of a word is its number."""
    counts = collections.Counter(words)
    return [word for word, count in counts.most_common() if count >= LEAST_OFTEN]


def make_pairs(words, vocabulary):
    """Return pairs [n, 2] of the numbers of a word and of one beside it, in both orders. Rare words are left out first."""
    numbers = {word: number for number, word in enumerate(vocabulary)}
    text = np.array([numbers[word] for word in words if word in numbers], np.int32)
    pairs = [np.stack([text[:-distance], text[distance:]], axis=1) for distance in range(1, WINDOW + 1)]
    return np.concatenate(pairs + [pair[:, ::-1] for pair in pairs])


def build_graph(size):
    """Build the model for a vocabulary of some size. Return its tensors by name."""
    tf.set_random_seed(SEED)
    with tf.name_scope("pairs"):
        word = tf.placeholder(tf.int32, [None], name="word")
        beside = tf.placeholder(tf.int32, [None], name="beside")
    with tf.name_scope("vectors"):
        start = tf.random_uniform([size, DIMENSIONS], -0.1, 0.1, seed=SEED)
        embedding = tf.Variable(start, name="embedding")
        vector = tf.nn.embedding_lookup(embedding, word)  # [batch, DIMENSIONS]
    with tf.name_scope("guess"):
        weights = tf.Variable(tf.truncated_normal([size, DIMENSIONS], stddev=0.1, seed=SEED + 1), name="weights")
        biases = tf.Variable(tf.zeros([size]), name="biases")
    with tf.name_scope("nce"):
        # Its sampler draws small numbers more often than large ones: they are those of frequent words.
        right = tf.expand_dims(tf.cast(beside, tf.int64), axis=1)  # [batch, 1]
        drawn = tf.nn.log_uniform_candidate_sampler(right, 1, DRAWN, True, size, seed=SEED)
        loss = tf.reduce_mean(tf.nn.nce_loss(weights, biases, right, vector, DRAWN, size, sampled_values=drawn))
    with tf.name_scope("all_words"):
        scores = tf.matmul(vector, weights, transpose_b=True) + biases  # [batch, size]
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=beside, logits=scores)
        cross_entropy = tf.reduce_mean(losses)
    with tf.name_scope("similarity"):
        directions = tf.nn.l2_normalize(embedding, axis=1)
        cosines = tf.matmul(tf.nn.embedding_lookup(directions, word), directions, transpose_b=True)
        nearest = tf.nn.top_k(cosines, NEIGHBOURS + 1).indices  # the first is the word itself
    with tf.name_scope("train"):
        train_op = tf.train.AdagradOptimizer(LEARNING_RATE).minimize(loss)
    table = tf.placeholder(tf.string, [], name="table")
    return {
        "word": word,
        "beside": beside,
        "embedding": embedding,
        "nearest": nearest,
        "train_op": train_op,
        "saved": [embedding, weights, biases],
        "loss": tf.summary.scalar("loss", loss),
        "cross_entropy": tf.summary.scalar("cross_entropy", cross_entropy),
        "table": table,
        "text": tf.summary.text("neighbours", table),
    }


def train(sess, model, training, testing, writers):
    """Run the training steps on random batches; measure the cross entropy over all words on fixed pairs of both parts."""
    random = np.random.RandomState(SEED)
    parts = [pairs[random.permutation(len(pairs))[:MEASURED]] for pairs in (training, testing)]
    for step in range(STEPS):
        pairs = training[random.randint(0, len(training), BATCH)]
        feed = {model["word"]: pairs[:, 0], model["beside"]: pairs[:, 1]}
        if step % LOG_EVERY == 0:
            for writer, part in zip(writers, parts):
                measured = {model["word"]: part[:, 0], model["beside"]: part[:, 1]}
                writer.add_summary(sess.run(model["cross_entropy"], measured), step)
            writers[0].add_summary(sess.run(model["loss"], feed), step)
        sess.run(model["train_op"], feed)


def find_neighbours(sess, model, vocabulary):
    """Return the words with the most similar vectors, for each word that is asked for."""
    asked = [vocabulary.index(word) for word in ASKED]
    nearest = sess.run(model["nearest"], {model["word"]: asked})
    return {word: [vocabulary[number] for number in row[1:]] for word, row in zip(ASKED, nearest)}


def write_words(sess, model, vocabulary, neighbours):
    """Write what TensorBoard shows of the words: a checkpoint, a label for each row, and a page of TEXT."""
    tf.train.Saver(model["saved"]).save(sess, os.path.join(WORDS, "model.ckpt"))
    with open(os.path.join(WORDS, "metadata.tsv"), "w", encoding="utf-8") as file:
        file.writelines(word + "\n" for word in vocabulary)  # line by line, in the order of the rows
    rows = ["{} | {}".format(word, ", ".join(others)) for word, others in neighbours.items()]
    with tf.summary.FileWriter(WORDS, sess.graph) as writer:
        config = projector.ProjectorConfig()
        config.embeddings.add(tensor_name=model["embedding"].name, metadata_path="metadata.tsv")
        projector.visualize_embeddings(writer, config)
        table = "\n".join(["word | its neighbours", "--- | ---", *rows])
        writer.add_summary(sess.run(model["text"], {model["table"]: table}), STEPS)


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(WORDS)
    training, testing = map(cut, fables())
    vocabulary = make_vocabulary(training)
    pairs = [make_pairs(words, vocabulary) for words in (training, testing)]
    print(
        "{:,} words, {:,} of them different and frequent; {:,} pairs".format(len(training), len(vocabulary), len(pairs[0]))
    )
    with tf.Graph().as_default(), tf.Session() as sess:
        model = build_graph(len(vocabulary))
        sess.run(tf.global_variables_initializer())
        runs = [tf.summary.FileWriter(os.path.join(LOGDIR, run)) for run in ("train", "test")]
        with runs[0], runs[1]:
            train(sess, model, pairs[0], pairs[1], runs)
        neighbours = find_neighbours(sess, model, vocabulary)
        write_words(sess, model, vocabulary, neighbours)
    for word in ASKED[:4]:
        print("{}: {}".format(word, " ".join(neighbours[word])))


if __name__ == "__main__":
    main()
