"""Tests of merge steps: the claims on a key -> its unit."""
