"""The result of a submission, computed again from its graph and its checkpoint on the checker's own data."""
