"""Carries connections from here to pods, and survives what happens to those."""
