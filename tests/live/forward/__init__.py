"""`portico forward`, beside kubectl where kubectl can do it, on nodes that do as a test says."""
