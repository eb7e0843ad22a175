"""What the kernel says of this machine: its addresses, and who listens where."""
