"""Speaks to an API server, and knows no fact of Portico."""
