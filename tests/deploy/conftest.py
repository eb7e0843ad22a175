"""A folder and ports for the program."""

from live.conftest import program, root

__all__ = ["program", "root"]
