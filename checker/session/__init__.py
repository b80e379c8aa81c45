"""Checking: one script, or many."""
