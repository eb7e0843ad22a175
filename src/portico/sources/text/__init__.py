"""From bytes to plain values and back to lines: YAML, JSON and their pitfalls. Pure."""
