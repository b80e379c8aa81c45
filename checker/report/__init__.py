"""Renderers of reports: terminal, JSON, JUnit, CSV and HTML."""
