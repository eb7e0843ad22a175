"""Small parts that could be packages of their own; nothing here knows the product."""
