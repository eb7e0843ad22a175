"""The layer-4 room measured: one client, one server, and the machines between them."""
