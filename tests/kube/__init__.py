"""The Kubernetes client, over real sockets, beside the real kubectl."""
