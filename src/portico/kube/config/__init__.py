"""From a kubeconfig, or a pod's service account, to the access of one user to one cluster."""
