"""Layer 4 as a user has it: `portico up` on a machine between clients and backends."""
