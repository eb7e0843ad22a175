"""The command line: one file per command, thin callers of the packages below."""
