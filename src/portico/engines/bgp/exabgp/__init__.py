"""ExaBGP 5 as the BGP daemon: see README.md of the engine."""
