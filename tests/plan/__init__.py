"""Tests of units, verdicts and plans."""
