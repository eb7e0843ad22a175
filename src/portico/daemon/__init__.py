"""The running program: sources in, engines out."""
