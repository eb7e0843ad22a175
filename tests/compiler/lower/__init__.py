"""Tests of lower steps: one fact -> its claims."""
