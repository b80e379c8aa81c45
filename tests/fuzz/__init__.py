"""Coverage-guided fuzzing of everything that reads a stranger's files: `python -m tests.fuzz`."""
