"""kubectl's own behaviour, to the letter: one pod, chosen once, and the end when it is lost."""
