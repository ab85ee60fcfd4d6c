"""A tiny desk that exists only in the tests: one folder and one line must be all it costs."""
