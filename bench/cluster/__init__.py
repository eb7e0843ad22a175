"""From an API server to nginx: the first state, and one change."""
