"""What is said of every reason for a no. `Because` in plan/verdict.py names them all."""
