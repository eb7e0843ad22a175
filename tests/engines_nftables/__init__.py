"""The nftables engine: pure parts by themselves, the rest in network namespaces of its own."""
