"""Portico and its peers, measured side by side: see README.md."""
