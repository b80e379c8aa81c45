"""What a fork of TensorBoard needs: imported once, by the process that forks. Nothing else may import this module."""

from __future__ import annotations

import gc
import importlib

MODULES = ("tensorflow", "tensorboard.main", "tensorboard.default", "tensorboard.data.server_ingester")

gc.disable()  # nothing of what is imported is garbage
default = [importlib.import_module(name) for name in MODULES][2]
default.get_plugins()  # imports them
gc.freeze()
gc.enable()
