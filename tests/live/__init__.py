"""The whole program, as its users run it: real processes, real files, real sockets."""
