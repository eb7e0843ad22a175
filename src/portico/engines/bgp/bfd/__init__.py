"""Bidirectional Forwarding Detection (RFC 5880 to 5883): tells when the path to a router dies."""
