"""BIRD 2 as the BGP daemon, with its own BFD: see README.md of the engine."""
