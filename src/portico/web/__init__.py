"""The admin port: health, metrics, and questions. Read-only, and on localhost unless told."""
