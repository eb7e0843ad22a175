"""What is in deploy/, and whether Portico runs with it."""
