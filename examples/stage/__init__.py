"""The stage for the demos: machines that are network namespaces, and what happens on them.

    client -- edge -- (lan) -- node-1 -- its pods
    .10 .2    .1            `- node-2 -- its pods

198.51.100.0/24 is outside, 10.0.0.0/24 the lan, 10.244.N.0/24 the pods of node N. The edge is a
balancer that runs Portico, or only a router. Nodes run Portico too: it serves their node ports.
"""
