"""Renderers of a `checker.outcome.Report`."""
