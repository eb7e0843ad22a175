"""What the tests of several areas share: a client, endpoints, certificates, a real nginx."""
