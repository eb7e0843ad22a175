"""Every way into a Kubernetes cluster, in one program."""

__version__ = "0.1.0"
