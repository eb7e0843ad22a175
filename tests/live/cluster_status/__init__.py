"""What owners see in their objects: addresses, events, and who wrote them. Over the wire, against
our API server, or a cluster where PORTICO_TEST_KUBECONFIG names one.
"""
