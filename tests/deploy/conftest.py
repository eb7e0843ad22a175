"""A folder and ports for the program, and backends."""

from live.conftest import ports, program, root

__all__ = ["ports", "program", "root"]
