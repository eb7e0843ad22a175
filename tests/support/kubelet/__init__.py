"""What nodes do when a port of a pod is forwarded: SPDY, WebSockets, and real connections behind.

It is the counterpart of portico.kube.streams and shares nothing with it. tests/kube/contract
has the real kubectl talk to it.
"""
