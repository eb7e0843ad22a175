"""Who gets which port (and later: which address), and keeps it. Pure, and the same every time."""
