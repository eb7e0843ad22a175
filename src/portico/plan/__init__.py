"""What should be true: immutable units, each addressed by a key."""
