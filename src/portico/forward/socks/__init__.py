"""A SOCKS5 proxy that knows Services and pods by their cluster names."""
