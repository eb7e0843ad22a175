"""Every way into a Kubernetes cluster, in one program.

sources ──> model ──> store ──> compiler ──> plan ──> engines ──> the node
(files,     facts     facts +   lower |      units    nginx+lua, nftables,
 API, …)              changes   merge        + diff   relay, arp, bgp, …
                                              ├──> explain   "what would happen to …?"
                                              └──> status    "what was refused, and why?"
"""

__version__ = "0.1.0"
