"""Tests of facts and how documents become them; builders of facts for all other tests."""
