"""The checker: proves, from what a script leaves behind, that it did its exercise."""

__version__ = "0.1.0"
