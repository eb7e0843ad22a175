"""Tests of the steps from facts to a plan."""
