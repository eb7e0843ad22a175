"""HTTP over real sockets, with real TLS and real proxies."""
