"""HTTP/1.1 to an API server: connections, proxies, TLS, and errors a person can act on."""
