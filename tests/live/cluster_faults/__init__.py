"""Whatever goes wrong on the way to an API server: in the end the plan is that of a fresh list.

Against our API server, or a cluster where PORTICO_TEST_KUBECONFIG names one; what goes wrong is
made on the way, and does no harm to a cluster.
"""
