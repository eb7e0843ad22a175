"""The relay: pure parts as tables, and a real process in a network of namespaces."""
