"""What a script printed is made harmless, and the error it ended with is found in it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from checker.evidence.stderr import LONGEST_MESSAGE, python_error
from checker.evidence.stdout import clean, clean_line, numbers, numbers_beside, tensors
from tests.support.fixture_types import RunScript
from tests.support.script_text import IMPORTS, LEGACY_KERAS


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


@pytest.mark.parametrize(
    "printed",
    [
        'Tensor("Sub:0", shape=(), dtype=int32)',
        'Tensor("loss/Mean_1:0", shape=(506, 1), dtype=float32)',
        "<tf.Variable 'w:0' shape=(13, 1) dtype=float32_ref>",
        "<tf.Tensor 'x_2:0' shape=(?, 784) dtype=float32>",
    ],
)
def test_a_tensor_that_is_printed_itself_holds_no_numbers(printed: str) -> None:
    assert numbers(f"result: {printed} 7") == [7]
    assert numbers_beside(f"loss {printed}", ("loss",)) == []
    assert tensors(f"result: {printed} 7") == [printed]


LOSS, ACCURACY = ("loss", "cost", "mse", "error"), ("acc",)


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("loss 43.6", LOSS, [43.6]),
        ("Cost= 0.0712 W= 0.2496 b= 0.8", LOSS, [0.0712]),
        ("Epoch: 0001 cost= 0.071", LOSS, [0.071]),
        ("after 200 steps: MSE 43.60; restored from the checkpoint: 43.61", LOSS, [43.6]),
        ("loss fell from 590.8 to 43.6", LOSS, [590.8, 43.6]),
        ("losses: [590.8, 43.6]", LOSS, [590.8, 43.6]),
        ("loss, accuracy: [np.float32(0.5), np.float32(0.97)]", LOSS, [0.5, 0.97]),
        ("RMSE: $6,603", LOSS, [6603]),
        ("loss after restore (dollars^2): 43,600,557", LOSS, [43600557]),
        ("test MSE in thousands^2: 43.6", LOSS, [43.6]),
        ("restored at 60 loss 43.6", LOSS, [43.6]),
        ("- 3s 10ms/step - loss: 0.5 - accuracy: 0.97", LOSS, [0.5]),
        ("val_acc 0.94 acc 0.93", ACCURACY, [0.94, 0.93]),
        ("Accuracy at step 990: 0.97", ACCURACY, [0.97]),
        ("Accuracy on the 2000 test images after restoring: 97.1 %", ACCURACY, [97.1]),
        ("test accuracy 0.9710: 58 of 2000 digits misread", ACCURACY, [0.971]),
        ("97.1 % test accuracy with 0.5 dropout", ACCURACY, [97.1, 0.5]),
        ("acc. 97.10%", ACCURACY, [97.1]),
        ("loss is -1.5", LOSS, [-1.5]),
        ("restored without an error from logdir/ex02/lazy", LOSS, []),
        ("no error, saved as logdir/2/model.ckpt-200", LOSS, []),
        ("loss curve: 200 points; learning rate 0.1", LOSS, []),
        ("loss curve with learning rate 0.1", LOSS, []),
        ("Minimising the mean squared error on 506 houses", LOSS, []),
        ("the error of each house counts; slope: 9.1", LOSS, []),
        ("the error of each house counts, slope: 9.1", LOSS, []),
        ("Cross entropy loss on 28x28 images, batch size 100", LOSS, []),
        ("the accuracy of 3/20 epochs is in TensorBoard", ACCURACY, []),
        ("they sort themselves into 10 groups according to 2", (*LOSS, *ACCURACY), []),
        ("2.21.0", LOSS, []),
    ],
)
def test_a_number_belongs_to_the_word_that_it_follows(text: str, words: tuple[str, ...], found: list[float]) -> None:
    assert numbers_beside(text, words) == found


@pytest.mark.parametrize("piece", ["loss 1 ", "loss1/", "a/", "1 ", "loss ", "loss: ", "1,000,", "acc"])
def test_hostile_lines_are_searched_for_numbers_in_a_moment(piece: str) -> None:
    text = clean(("\n" + piece * 250).encode() * 300)
    began = time.process_time()
    numbers_beside(text, LOSS + ACCURACY)
    assert time.process_time() - began < 2


FINALISER = "class Noisy:\n    def __del__(self):\n        raise TypeError('in the finaliser')\nnoisy = Noisy()\n"
FAIL = "def fail():\n    raise KeyError('a')\n"


@pytest.mark.parametrize(
    ("lines", "line", "summary"),
    [
        ("x = = 2", 1, "SyntaxError: invalid syntax"),
        ("x = 1\n  y = 2", 2, "IndentationError: unexpected indent"),
        ("if True:\n\tx = 1\n        y = 2", 3, "TabError: inconsistent use of tabs and spaces in indentation"),
        ("assert 1 == 2", 1, "AssertionError"),
        ("class Odd(Exception): pass\nraise Odd('why')", 2, "Odd: why"),
        ("raise ValueError('first\\n\\nsecond')", 1, "ValueError: first"),
        ("raise ValueError('\\n\\nfirst\\nsecond')", 1, "ValueError: first"),
        (FAIL + "try:\n    fail()\nexcept KeyError:\n    raise ValueError('again')", 6, "ValueError: again"),
        (FAIL + "try:\n    fail()\nexcept KeyError as error:\n    raise ValueError('again') from error", 6, "ValueError: again"),
        (FAIL + "import traceback\ntry:\n    fail()\nexcept KeyError:\n    traceback.print_exc()\nraise ValueError('again')", 8, "ValueError: again"),
        (FAIL + "import logging\ntry:\n    fail()\nexcept KeyError:\n    logging.exception('no')\nraise ValueError('again')", 8, "ValueError: again"),
        (FAIL + "import threading\nt = threading.Thread(target=fail)\nt.start()\nt.join()\nraise ValueError('again')", 7, "ValueError: again"),
        (FINALISER + "raise ValueError('again')", 5, "ValueError: again"),
        ("open('helper.py', 'w').write('x = (1')\nimport sys\nsys.path.insert(0, '.')\nimport helper", 4, "SyntaxError: '(' was never closed"),
        ("def f(): f()\nf()", 1, "RecursionError: maximum recursion depth exceeded"),
        ("def main(_):\n    open('data.csv')\ntf.app.run(main)", 2, "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'"),
        ("v = tf.Variable(1)\n\ndef run():\n    return tf.Session().run(v)\nrun()", 4, "FailedPreconditionError: Attempting to use uninitialized value Variable"),
        ("tf.Variable(1)\ns = tf.Session()\ntf.train.Saver().save(s, './m')", 3, "FailedPreconditionError: Attempting to use uninitialized value Variable"),
        ("x = tf.placeholder(tf.float32, name='x')\nwith tf.device('/cpu:1'):\n    y = x * 2\nconfig = tf.ConfigProto(device_count={'CPU': 2})\ntf.Session(config=config).run([x * 3, y])", 5, "InvalidArgumentError: (0) INVALID_ARGUMENT: You must feed a value for placeholder tensor 'x' with dtype float"),
        ("def boom(x):\n    raise ValueError('in the function')\ntf.Session().run(tf.py_func(boom, [1.0], tf.float32))", 2, "ValueError: in the function"),
        ("def double(x):\n    return tf.matmul(x, tf.zeros([4, 4]))\ntf.data.Dataset.from_tensors(np.zeros((3, 3), 'f')).map(double)", 2, "ValueError: Dimensions must be equal, but are 3 and 4 for"),
        (LEGACY_KERAS + "class Double(tf.keras.layers.Layer):\n    def call(self, x):\n        return tf.matmul(x, tf.zeros([4, 4]))\nDouble()(tf.zeros([3, 3]))", 5, "ValueError: Dimensions must be equal, but are 3 and 4 for"),
        (LEGACY_KERAS + "m = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])\nm.compile('sgd', 'mse')\nm.fit(np.zeros((4, 5)), np.zeros((4, 2)), epochs=1)", 5, "ValueError: Error when checking input: expected dense_input to have shape (3,)"),
        ("tf.enable_v2_behavior()\nm = tf.keras.Sequential([tf.keras.layers.Dense(2)])\nm.build((None, 3))\nm(np.zeros((4, 5)))", 4, "ValueError: Input 0 "),
    ],
)  # fmt: skip
def test_an_error_is_its_telling_line_and_the_learners_last_frame(
    run_script: RunScript, job_folder: Path, lines: str, line: int, summary: str
) -> None:
    result = run_script(IMPORTS + lines)
    error = python_error(result.stderr, str(job_folder / "script.py"))
    assert error is not None, result.stderr.decode()
    assert error.line == line + IMPORTS.count("\n")
    assert error.summary.startswith(summary)


GROUP = b"""\
  + Exception Group Traceback (most recent call last):
  |   File "ex01.py", line 13, in <module>
  |     main()
  |     ~~~~^^
  |   File "ex01.py", line 11, in main
  |     raise ExceptionGroup("two files", errors)
  | ExceptionGroup: two files (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | TypeError: not raised
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "ex01.py", line 8, in main
    |     load()
    |     ~~~~^^
    |   File "ex01.py", line 2, in load
    |     raise ValueError("no such column")
    | ValueError: no such column
    +------------------------------------
"""


def test_an_exception_group_tells_of_the_last_that_was_raised() -> None:
    error = python_error(GROUP, "ex01.py")  # as Python 3.13 prints it
    assert error is not None
    assert (error.summary, error.line) == ("ValueError: no such column", 2)


def test_an_exception_group_of_errors_that_were_not_raised_tells_of_itself() -> None:
    unraised = GROUP.partition(b"    | Traceback")[0]
    error = python_error(unraised, "ex01.py")
    assert error is not None
    assert (error.summary, error.line) == ("ExceptionGroup: two files (2 sub-exceptions)", 11)
    assert "TypeError: not raised" in error.whole


def test_a_thread_that_died_did_not_end_the_script(run_script: RunScript, job_folder: Path) -> None:
    chained = "def fail():\n    try:\n        {}['a']\n    except KeyError:\n        {}['b']\n"
    result = run_script(
        chained + "import threading\nt = threading.Thread(target=fail)\nt.start()\nt.join()\nraise SystemExit('words')"
    )
    assert b"KeyError: 'b'" in result.stderr
    assert python_error(result.stderr, str(job_folder / "script.py")) is None


def test_a_frame_that_a_warning_quotes_is_no_error(run_script: RunScript, job_folder: Path) -> None:
    result = run_script(IMPORTS + "tf.initialize_all_variables()\nraise SystemExit('words')")
    assert b"line 4, in <module>" in result.stderr
    assert python_error(result.stderr, str(job_folder / "script.py")) is None


@pytest.mark.parametrize("stderr", [b"", b"WARNING: something\n", b"Traceback (most recent call last):\n", b"\xff\x00"])
def test_no_traceback_is_no_error(stderr: bytes) -> None:
    assert python_error(stderr, "ex01.py") is None


@pytest.mark.parametrize(
    "stderr",
    [
        b"Traceback (most recent call last):\n" * 30_000,
        b'  File "ex01.py", line 1' + b"1" * 1_000_000,
        b'Traceback (most recent call last):\n  File "ex01.py", line ' + b"1" * 5000 + b", in f\nValueError: x",
        b"Traceback (most recent call last):\n" + b'  File "ex01.py", line 1' * 40_000 + b"\nValueError: x",
        b"Traceback (most recent call last):\nValueError: in user code:\n" + b'    File "a", line 1, in f\n' * 30_000,
        b"Traceback (most recent call last):\n" + b"E" * 1_000_000 + b": x",
        b"Traceback (most recent call last):\nE: " + b"Graph execution error:\nNode: 'x'\n" * 30_000,
        b"  + Exception Group Traceback (most recent call last):\n" + b"  | " * 200_000 + b"\nE: x",
    ],
    ids=str.split("headers line_number long_line_number frames user_code kind nodes margins"),
)
def test_a_hostile_traceback_is_read_in_a_moment(stderr: bytes) -> None:
    began = time.process_time()
    error = python_error(stderr, "ex01.py")
    assert error is None or len(error.whole) <= LONGEST_MESSAGE
    assert time.process_time() - began < 3


def test_an_error_in_a_module_of_the_author_stands_in_that_module() -> None:
    lines = [
        "Traceback (most recent call last):",
        '  File "/home/me/ex04.py", line 3, in <module>',
        "    print(model.build(2))",
        '  File "/home/me/nets/model.py", line 7, in build',
        "    return layer(x)",
        '  File "/usr/lib/python3/numpy/core.py", line 99, in layer',
        "    raise ValueError('again')",
        "ValueError: again",
    ]
    stderr = "\n".join(lines).encode()
    alone = python_error(stderr, "/home/me/ex04.py")
    together = python_error(stderr, "/home/me/ex04.py", ["/home/me/nets/model.py"])
    assert alone is not None
    assert together is not None
    assert (alone.file, alone.line, alone.source) == ("/home/me/ex04.py", 3, "print(model.build(2))")
    assert (together.file, together.line, together.source) == ("/home/me/nets/model.py", 7, "return layer(x)")
    assert alone.callers == ()
    assert together.callers == (("/home/me/ex04.py", 3),)


def test_the_nearest_own_lines_that_led_to_an_error_are_named_each_once() -> None:
    def frame(line: int) -> list[str]:
        return [f'  File "ex04.py", line {line}, in f', "    f()"]

    frames = [text for line in (90, 80, 70, 60, 50, 50, 50, 40) for text in frame(line)]
    lines = ["Traceback (most recent call last):", *frames, "RecursionError: too deep"]
    error = python_error("\n".join(lines).encode(), "ex04.py")
    assert error is not None
    assert (error.line, [line for _, line in error.callers]) == (40, [50, 60, 70])
