"""What the cluster says: frozen typed facts, one file per API group."""
