"""The Kubernetes API as a source: the same facts as from a folder, live."""
