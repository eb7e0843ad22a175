"""Small networks inside one machine: namespaces, wires and switches that leave nothing behind.

Used by the demos, the benchmarks and the tests. Needs root (or a user namespace of one's own),
`ip` and a kernel with veth; nothing ever appears in the network namespace of the host.
"""
