"""Health check node ports, asked over real sockets in a namespace."""
