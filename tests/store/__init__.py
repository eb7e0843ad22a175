"""Tests of what is known now."""
