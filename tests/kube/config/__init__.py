"""Kubeconfigs and credentials, beside the real kubectl."""
