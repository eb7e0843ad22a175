"""What engines need whose work is done by a process that outlives Portico: see README.md."""
