"""SPDY/3.1 as servers of Kubernetes speak it: streams of two sides over one connection."""
