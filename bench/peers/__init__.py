"""Those Portico is measured against, each configured to do the same work."""
