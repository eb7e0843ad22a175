"""Checks of other machines: how they are asked, and what is concluded from the answers."""
