"""Load balancer addresses: how soon another node has them."""
