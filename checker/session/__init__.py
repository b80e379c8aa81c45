"""A correction session: its folder, its store, its schedule, and its reports."""
