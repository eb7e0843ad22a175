"""A real Portico that follows an API server: ours, or a cluster where PORTICO_TEST_KUBECONFIG
names one. Each test has a namespace of its own there.
"""
