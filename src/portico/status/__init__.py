"""Telling the owners: what became of what they asked for."""
