"""Connections to a pod: `portico forward` beside the real kubectl, through the same server."""
