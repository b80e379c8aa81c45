"""Which TensorFlow a script is written for, decided from its syntax tree before it runs.

TensorFlow 1 and 2 share a module name. A script that needs names which only TensorFlow 1 has is served it; a script that
imports ``tensorflow.compat.v1`` itself, or wants eager TensorFlow 2 or Keras 3, is left alone.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

NAMES_FILE = Path(__file__).with_name("tensorflow_1_names.txt")
LARGEST_SOURCE_BYTES = 4 << 20
MOST_PATHS = 8  # of one name: tf = tf.a, tf = tf.b, … would double them with every line
DEEPEST_PATH = 10

NONE, GRAPH, TF1, TF2 = "none", "graph", "tf1", "tf2"  # no TensorFlow; compat.v1 by itself; needs TensorFlow 1; eager

ROOTS = ("tensorflow", "tensorflow_core", "keras", "tf_keras")
V1_MODULES = ("tensorflow.compat.v1", "tensorflow._api.v2.compat.v1")
GONE = {"contrib", "examples", "estimator"}  # modules of TensorFlow 1 that are nowhere in 2.21
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
OLD_KERAS = {  # gone from Keras 3
    *(f"layers.{name}" for name in LAYER_FILES.split()),
    *(f"backend.{name}" for name in "get_session set_session tensorflow_backend learning_phase set_learning_phase".split()),
    *(f"backend.{name}" for name in "function placeholder image_dim_ordering set_image_dim_ordering".split()),
    *"utils.np_utils objectives engine wrappers.scikit_learn layers.Merge utils.multi_gpu_model".split(),
}
KERAS_OPTIMIZERS = {"SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam"}
OLD_METHODS = {"fit_generator", "predict_classes", "predict_proba", "evaluate_generator", "predict_generator"}


@dataclass(frozen=True, order=True)
class Sign:
    """One place that tells which TensorFlow is meant."""

    line: int
    words: str  # as in the source: tf.placeholder
    file: str = ""  # of a module beside the script; "" is the script

    def __str__(self) -> str:
        return f"{self.file}{', ' if self.file else ''}line {self.line}: {self.words}"


@dataclass(frozen=True)
class Decision:
    """Which TensorFlow a script is written for, and the first place that says so."""

    dialect: str
    sign: Sign | None = None
    is_asked_for: bool = True  # not by an import alone, which TensorFlow 1 and 2 have in common


@dataclass
class Usage:
    """Everything a source says about which TensorFlow it wants."""

    needs_1: list[Sign] = field(default_factory=list)
    needs_graph: list[Sign] = field(default_factory=list)
    asks_for_eager: list[Sign] = field(default_factory=list)
    eager: list[Sign] = field(default_factory=list)
    old_keras: list[Sign] = field(default_factory=list)
    graph_by_itself: list[Sign] = field(default_factory=list)
    plain: list[Sign] = field(default_factory=list)  # imports of tensorflow or keras
    imports: set[str] = field(default_factory=set)  # first names of imported modules

    def decision(self) -> Decision:
        """Weigh what was found."""
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
    """Return which TensorFlow a script wants; `beside` are sources of modules it imports from its own folder, by file name.

    Never raises: what Python cannot read is left to Python, which will say so better.
    """
    findings = find_signs(source)
    for file, text in (beside or {}).items():
        other = find_signs(text, file)
        for name in vars(findings):
            if name != "imports":
                getattr(findings, name).extend(getattr(other, name))
    return findings.decision()


def find_signs(source: bytes | str, file: str = "") -> Usage:
    """Return what one source says; nothing where it is too large or no Python."""
    findings = Usage()
    tree = _parse(source)
    if tree is None:
        return findings
    names = _Names()
    inner: set[int] = set()  # attributes that are the beginning of a longer one
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for local, path in _imported(node):
                names.bind(local, path)
                findings.imports.add(path.partition(".")[0])
                _judge(findings, path, Sign(node.lineno, _import_words(node, path), file), is_import=True)
        elif isinstance(node, ast.Attribute):
            inner.add(id(node.value))
    for node in sorted((n for n in nodes if isinstance(n, ast.Assign)), key=lambda n: n.lineno):
        chain = _chain(node.value)
        if chain and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            for path in names.paths(chain):
                names.bind(node.targets[0].id, path)  # tf = tf.compat.v1, K = keras.backend
    for node in nodes:
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load) and id(node) not in inner:
            chain = _chain(node)
            for path in names.paths(chain) if chain else ():
                _judge(findings, path, Sign(node.lineno, chain, file))
        if isinstance(node, ast.Attribute) and node.attr in OLD_METHODS and names.has_keras:
            findings.old_keras.append(Sign(node.lineno, f".{node.attr}", file))
        if isinstance(node, ast.Call):
            _judge_call(findings, node, names, file)
    return findings


class _Names:
    """What the names of a script stand for. A name that is bound to compat.v1 anywhere is no plain tensorflow anywhere."""

    def __init__(self) -> None:
        self._paths: dict[str, set[str]] = {}
        self._star = False
        self.has_keras = False

    def bind(self, local: str, path: str) -> None:
        if path == "tensorflow.*":
            self._star = True
        root = path.partition(".")[0]
        paths = self._paths.setdefault(local, set())
        if root in ROOTS and len(paths) < MOST_PATHS and path.count(".") < DEEPEST_PATH:
            paths.add(path)
        self.has_keras = self.has_keras or "keras" in path

    def paths(self, chain: str) -> list[str]:
        first, dot, rest = chain.partition(".")
        found = self._paths.get(first, set())
        if not found and self._star:
            return [f"tensorflow.{chain}"]
        graph = {path for path in found if path.startswith(V1_MODULES)}
        return sorted(f"{path}{dot}{rest}" for path in graph or found)


def _parse(source: bytes | str) -> ast.Module | None:
    if len(source) > LARGEST_SOURCE_BYTES:
        return None
    try:
        text = source if isinstance(source, str) else importlib.util.decode_source(source)
        return ast.parse(text)
    except Exception:  # SyntaxError, and what a parser raises on texts made to break it, from version to version
        return None


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield (local name, dotted path) for everything that an import binds; nothing for relative imports."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            yield alias.name.partition(".")[0], alias.name.partition(".")[0]
            if "." in alias.name:
                yield "", alias.name  # what it loads says something, too, and binds no further name


def _import_words(node: ast.Import | ast.ImportFrom, path: str) -> str:
    if isinstance(node, ast.ImportFrom):
        return f"from {node.module} import {path.rpartition('.')[2]}"
    return f"import {path}"


def _chain(node: ast.AST) -> str:
    """Return a name with its attributes as text, "" when the beginning is something else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _judge(findings: Usage, path: str, sign: Sign, is_import: bool = False) -> None:
    """Note what one dotted path says."""
    root, _, rest = path.partition(".")
    if path.startswith(V1_MODULES):
        findings.graph_by_itself.append(sign)
    elif path.startswith("tensorflow.keras") or root in ("keras", "tf_keras"):
        name = rest.removeprefix("keras").removeprefix(".") if root == "tensorflow" else rest
        if _has_prefix_in(name, OLD_KERAS):
            findings.old_keras.append(sign)
        findings.plain.append(sign)
    elif root == "input_data" and is_import:
        findings.needs_1.append(sign)
    elif root in ("tensorflow", "tensorflow_core"):
        if _has_prefix_in(rest, ASKS_FOR_EAGER):
            findings.asks_for_eager.append(sign)
        elif rest.partition(".")[0] in GONE or _has_prefix_in(rest, NAMES_OF_0) or _has_prefix_in(rest, names_of_1()):
            findings.needs_1.append(sign)
            if _has_prefix_in(rest, NEEDS_A_GRAPH):
                findings.needs_graph.append(sign)
        elif _has_prefix_in(rest, EAGER):
            findings.eager.append(sign)
        if is_import:
            findings.plain.append(sign)


def _judge_call(findings: Usage, node: ast.Call, names: _Names, file: str) -> None:
    """Note what a call says: x.numpy() is eager, Adam(lr=...) of Keras is old."""
    if isinstance(node.func, ast.Attribute) and node.func.attr == "numpy" and not node.args:
        findings.eager.append(Sign(node.lineno, ".numpy()", file))
    chain = _chain(node.func)
    is_optimizer = chain.rpartition(".")[2] in KERAS_OPTIMIZERS and any("keras" in path for path in names.paths(chain))
    if is_optimizer and any(keyword.arg == "lr" for keyword in node.keywords):
        findings.old_keras.append(Sign(node.lineno, f"{chain}(lr=…)", file))


def _has_prefix_in(dotted: str, names: set[str] | frozenset[str]) -> bool:
    parts = dotted.split(".")
    return any(".".join(parts[:count]) in names for count in range(1, min(len(parts), 4) + 1))


@lru_cache(maxsize=1)
def names_of_1() -> frozenset[str]:
    """Return the dotted names that tensorflow.compat.v1 has and TensorFlow 2 has not."""
    return frozenset(NAMES_FILE.read_text("utf-8").split())
