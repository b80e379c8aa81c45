"""What a script printed is made harmless, and the error it ended with is found in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checker.evidence.stdout import clean, clean_line, numbers, python_error
from checker.hints import hint_for
from checker.sandbox.box import JobResult

RunScript = Callable[..., JobResult]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain\ttext\n", "plain\ttext\n"),
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07after", "after"),
        (b"\x1b[2J\x1b[Hgone\x08\x08", "gone"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        ("abc\u202edef".encode(), "abcdef"),  # right-to-left override
        (b"one\r\ntwo", "one\ntwo"),
        (b"\x9b31m", "\ufffd31m"),
    ],
)
def test_control_sequences_are_removed(data: bytes, text: str) -> None:
    assert clean(data) == text


def test_long_output_is_cut_with_a_notice() -> None:
    assert clean(b"x" * 10_000_000).endswith("… (line cut)")
    lines = clean(b"line\n" * 1000, dropped=1234).splitlines()
    assert lines[-2:] == ["… (801 more lines)", "… (1,234 more bytes dropped)"]


def test_a_line_of_a_message_stays_one_line() -> None:
    assert clean_line("a\nb\x1b[1mc") == "a bc"
    assert clean_line("x" * 1000).endswith("… (cut)")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("result: -248820", [-248820]),
        ("-248,820 and 1_000", [-248820, 1000]),
        ("[1.5, 2e-3, .5]", [1.5, 0.002, 0.5]),
        ("\u2212248820", [-248820]),
        ("no number", []),
        ("1,2", [1, 2]),
    ],
)
def test_numbers_are_found(text: str, found: list[float]) -> None:
    assert numbers(text) == found


IMPORT = "import numpy as np\nimport tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\n"


@pytest.mark.parametrize(
    ("lines", "line", "message", "hint"),
    [
        ("v = tf.Variable(1)\ntf.Session().run(v)", 5, "Attempting to use uninitialized value Variable", "initializer"),
        ("p = tf.placeholder(tf.float32, name='p')\ntf.Session().run(p * 2)", 5, "You must feed a value", "feed_dict"),
        ("p = tf.placeholder(tf.float32, [None, 784])\ntf.Session().run(p, {p: np.zeros((2, 28, 28))})", 5, "Cannot feed value of shape (2, 28, 28)", "reshape"),
        ("tf.train.GradientDescentOptimizer(1.0).minimize(tf.Variable(2) + 2)", 4, "Invalid type", "float"),
        ("tf.Saver()", 4, "has no attribute 'Saver'", "tf.train"),
        ("tf.Variable(1)\ntf.train.Saver().save('path', tf.Session())", 5, "got <tensorflow", "session first"),
        ("tf.summary.scalar(tf.Variable(1.0), name='v')", 4, "multiple values for argument 'name'", "name first"),
        ("tf.placeholder([None, 10], dtype=tf.float32)", 4, "multiple values for argument 'dtype'", "dtype first"),
        ("tf.contrib.learn", 4, "has no attribute 'contrib'", "reference.datasets"),
        ("tf.constant(1)\ntf.Session().run(tf.Graph())", 5, "invalid type", "fetches tensors"),
        ("tf.Variable(tf.zeros([3])", 4, "was never closed", "parenthesis"),
        ("print 'two'", 4, "Missing parentheses", "Python 2"),
        ("import Tensorflow", 4, "No module named 'Tensorflow'", "lower case"),
        ("tf.train.Saver()", 4, "No variables to save", "after the variables"),
        ("tf.Variable(1)\ns = tf.Session()\ns.run(tf.global_variables_initializer())\ntf.train.Saver().save(s, 'no/such/x')", 7, "Parent directory of no/such/x", "makedirs"),
        ("tf.constant(1)\ntf.Session().run(tf.summary.merge_all())", 5, "None", "merge_all"),
        ("tf.Session().run(tf.summary.scalar('v', [1.0, 2.0]))", 4, "tags and values are not the same shape", "one number"),
        ("tf.Session().run(tf.summary.histogram('v', float('nan')))", 4, "Nan in summary histogram", "NaN already"),
        ("tf.matmul(tf.zeros([2, 3]), tf.zeros([2, 3]))", 4, "Dimensions must be equal", "inner dimensions"),
        ("with tf.Session() as s:\n    pass\ns.run(tf.constant(1))", 6, "Attempted to use a closed Session", "with"),
        ("tf.get_variable('w', [1])\ntf.get_variable('w', [1])", 5, "already exists", "reset_default_graph"),
        ("tf.train.AdamOptimizer().minimize(tf.cast(tf.argmax(tf.Variable([1.0]), 0), tf.float32))", 4, "No gradients provided", "not the accuracy"),
        ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([5, 10], tf.int32), logits=tf.zeros([5, 10]))", 4, "rank", "one-hot"),
        ("tf.train.Saver({'v': tf.Variable(1)}).restore(tf.Session(), 'nothing')", 4, "not a valid checkpoint", "latest_checkpoint"),
        ("x = input()", 4, "EOF when reading a line", "input()"),
        ("if True:\nx = 1", 5, "expected an indented block", "column"),
    ],
)  # fmt: skip
def test_an_error_is_quoted_with_the_learners_line_and_a_hint(
    run_script: RunScript, tmp_path: Path, lines: str, line: int, message: str, hint: str
) -> None:
    result = run_script(IMPORT + lines)
    error = python_error(result.stderr, str(tmp_path / "script.py"))
    assert error is not None, result.stderr.decode()
    assert error.line == line
    assert message in error.message
    assert hint in hint_for(error.whole)


def test_tensorflow_quotes_frames_in_its_messages_and_they_do_not_mislead(run_script: RunScript, tmp_path: Path) -> None:
    result = run_script(IMPORT + "v = tf.Variable(1)\n\n\ndef run():\n    return tf.Session().run(v)\n\n\nrun()")
    error = python_error(result.stderr, str(tmp_path / "script.py"))
    assert error is not None
    assert (error.kind, error.line) == ("FailedPreconditionError", 8)


@pytest.mark.parametrize("stderr", [b"", b"WARNING: something\n", b"Traceback (most recent call last):\n", b"\xff\x00"])
def test_no_traceback_is_no_error(stderr: bytes) -> None:
    assert python_error(stderr, "ex01.py") is None
