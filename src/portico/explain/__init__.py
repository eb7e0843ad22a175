"""What would happen to this request? Asked of the plan alone."""
