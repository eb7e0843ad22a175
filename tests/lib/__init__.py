"""Tests of the parts that could be packages of their own."""
