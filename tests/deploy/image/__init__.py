"""The image of deploy/Dockerfile, built and run without a registry or a daemon."""
