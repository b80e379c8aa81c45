"""Which TensorFlow a script is written for, decided from its syntax tree before it runs.

TensorFlow 1 and 2 share a module name. A script gets TensorFlow 1 when it uses names that only TensorFlow 1 has. A script
that imports ``tensorflow.compat.v1`` itself, or wants eager TensorFlow 2 or Keras 3, is left alone.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from checker.sandbox.aliases import V1_MODULES, Aliases, chain_of, imported

NAMES_FILE = Path(__file__).with_name("tensorflow_1_names.txt")
LARGEST_SOURCE_BYTES = 4 << 20

NONE, GRAPH, TF1, TF2 = "none", "graph", "tf1", "tf2"  # no TensorFlow; imports compat.v1; needs TensorFlow 1; eager

GONE = {"contrib", "examples", "estimator"}  # modules of TensorFlow 1 that TensorFlow 2.21 has nowhere
NAMES_OF_0 = set(
    "histogram_summary scalar_summary image_summary merge_summary merge_all_summaries train.SummaryWriter mul sub neg pack"
    " unpack batch_matmul select".split()
)
EAGER = set(
    "GradientTape function executing_eagerly config.run_functions_eagerly summary.create_file_writer random.set_seed"
    " random.Generator train.Checkpoint optimizers Module".split()
)
ASKS_FOR_EAGER = {"enable_eager_execution", "contrib.eager.enable_eager_execution", "enable_v2_behavior"}
NEEDS_A_GRAPH = set(
    "Session InteractiveSession placeholder placeholder_with_default sparse_placeholder global_variables_initializer"
    " initialize_all_variables get_default_graph reset_default_graph disable_eager_execution disable_v2_behavior"
    " train.Saver summary.FileWriter summary.merge_all".split()
)
LAYER_FILES = "core convolutional normalization pooling recurrent embeddings advanced_activations noise wrappers local merge"
OLD_KERAS = {  # names that Keras 3 does not have
    *(f"layers.{name}" for name in LAYER_FILES.split()),
    *(f"backend.{name}" for name in "get_session set_session tensorflow_backend learning_phase set_learning_phase".split()),
    *(f"backend.{name}" for name in "function placeholder image_dim_ordering set_image_dim_ordering".split()),
    *"utils.np_utils objectives engine wrappers.scikit_learn layers.Merge utils.multi_gpu_model".split(),
}
KERAS_OPTIMIZERS = {"SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam"}
OLD_METHODS = {"fit_generator", "predict_classes", "predict_proba", "evaluate_generator", "predict_generator"}


@dataclass(frozen=True, order=True)
class Sign:
    """One place in a source that tells which TensorFlow is meant."""

    line: int
    words: str  # as in the source: tf.placeholder
    file: str = ""  # a module beside the script; "" for the script itself

    def __str__(self) -> str:
        return f"{self.file}{', ' if self.file else ''}line {self.line}: {self.words}"


@dataclass(frozen=True)
class Decision:
    """Which TensorFlow a script is written for, and the first place that says so."""

    dialect: str
    sign: Sign | None = None
    is_asked_for: bool = True  # False when only an import says so, which TensorFlow 1 and 2 share


@dataclass
class Usage:
    """How a source uses TensorFlow: the places that say which TensorFlow it wants, by what they say."""

    needs_1: list[Sign] = field(default_factory=list)
    needs_graph: list[Sign] = field(default_factory=list)
    asks_for_eager: list[Sign] = field(default_factory=list)
    eager: list[Sign] = field(default_factory=list)
    old_keras: list[Sign] = field(default_factory=list)
    graph_by_itself: list[Sign] = field(default_factory=list)
    plain: list[Sign] = field(default_factory=list)  # imports of tensorflow, and any use of keras
    imports: set[str] = field(default_factory=set)  # first names of imported modules

    def decision(self) -> Decision:
        """Decide by the places that were found."""
        if self.asks_for_eager and not self.needs_graph:
            return Decision(TF2, min(self.asks_for_eager))
        if self.needs_1 and (self.needs_graph or not self.eager):
            return Decision(TF1, min(self.needs_graph or self.needs_1))
        if self.graph_by_itself:
            return Decision(GRAPH, min(self.graph_by_itself))
        if self.old_keras and not self.eager:
            return Decision(TF1, min(self.old_keras))
        if self.eager or self.plain:
            return Decision(TF2, min(self.eager or self.plain), is_asked_for=bool(self.eager))
        return Decision(NONE)


def decide(source: bytes | str, beside: Mapping[str, bytes | str] | None = None) -> Decision:
    """Return which TensorFlow a script wants. `beside` are the sources of modules in its own folder, by file name.

    Never raises: Python itself will explain what it cannot read.
    """
    usage = find_usage(source)
    for file, text in (beside or {}).items():
        other = find_usage(text, file)
        for name in vars(usage):
            if name != "imports":
                getattr(usage, name).extend(getattr(other, name))
    return usage.decision()


def find_usage(source: bytes | str, file: str = "") -> Usage:
    """Return how one source uses TensorFlow; nothing where it is too large or not Python."""
    usage = Usage()
    tree = _parse(source)
    if tree is None:
        return usage
    aliases = Aliases()
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for local, path in imported(node):
                aliases.bind(local, path)
                usage.imports.add(path.partition(".")[0])
                _judge(usage, path, Sign(node.lineno, _import_words(node, path), file), is_import=True)
    aliases.bind_assignments(tree)
    inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}  # beginnings of longer chains
    for node in nodes:
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load) and id(node) not in inner:
            chain = chain_of(node)
            for path in aliases.paths(chain):
                _judge(usage, path, Sign(node.lineno, chain, file))
        if isinstance(node, ast.Attribute) and node.attr in OLD_METHODS and aliases.has_keras:
            usage.old_keras.append(Sign(node.lineno, f".{node.attr}", file))
        if isinstance(node, ast.Call):
            _judge_call(usage, node, aliases, file)
    return usage


def _parse(source: bytes | str) -> ast.Module | None:
    if len(source) > LARGEST_SOURCE_BYTES:
        return None
    try:
        text = source if isinstance(source, str) else importlib.util.decode_source(source)
        return ast.parse(text)
    except Exception:  # SyntaxError, and whatever a parser raises on hostile texts, which differs by version
        return None


def _import_words(node: ast.Import | ast.ImportFrom, path: str) -> str:
    if isinstance(node, ast.ImportFrom):
        return f"from {node.module} import {path.rpartition('.')[2]}"
    return f"import {path}"


def _judge(usage: Usage, path: str, sign: Sign, is_import: bool = False) -> None:
    """Note what the use of one dotted path says."""
    root, _, rest = path.partition(".")
    if path.startswith(V1_MODULES):
        usage.graph_by_itself.append(sign)
    elif path.startswith("tensorflow.keras") or root in ("keras", "tf_keras"):
        name = rest[len("keras.") :] if root == "tensorflow" else rest
        if _has_prefix_in(name, OLD_KERAS):
            usage.old_keras.append(sign)
        usage.plain.append(sign)
    elif root == "input_data" and is_import:
        usage.needs_1.append(sign)
    elif root in ("tensorflow", "tensorflow_core"):
        if _has_prefix_in(rest, ASKS_FOR_EAGER):
            usage.asks_for_eager.append(sign)
        elif rest.partition(".")[0] in GONE or _has_prefix_in(rest, NAMES_OF_0) or _has_prefix_in(rest, names_of_1()):
            usage.needs_1.append(sign)
            if _has_prefix_in(rest, NEEDS_A_GRAPH):
                usage.needs_graph.append(sign)
        elif _has_prefix_in(rest, EAGER):
            usage.eager.append(sign)
        if is_import:
            usage.plain.append(sign)


def _judge_call(usage: Usage, node: ast.Call, aliases: Aliases, file: str) -> None:
    """Note what a call says: x.numpy() is eager, Adam(lr=...) is an old Keras."""
    if isinstance(node.func, ast.Attribute) and node.func.attr == "numpy" and not node.args:
        usage.eager.append(Sign(node.lineno, ".numpy()", file))
    chain = chain_of(node.func)
    is_optimizer = chain.rpartition(".")[2] in KERAS_OPTIMIZERS and any("keras" in path for path in aliases.paths(chain))
    if is_optimizer and any(keyword.arg == "lr" for keyword in node.keywords):
        usage.old_keras.append(Sign(node.lineno, f"{chain}(lr=…)", file))


def _has_prefix_in(dotted: str, names: set[str] | frozenset[str]) -> bool:
    parts = dotted.split(".")
    return any(".".join(parts[:count]) in names for count in range(1, min(len(parts), 4) + 1))


@lru_cache(maxsize=1)
def names_of_1() -> frozenset[str]:
    """Return the dotted names of tensorflow.compat.v1 that TensorFlow 2 does not have."""
    return frozenset(NAMES_FILE.read_text("utf-8").split())
