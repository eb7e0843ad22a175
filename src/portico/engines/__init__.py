"""Making it true. Engines know the plan, and nothing upstream of it."""
