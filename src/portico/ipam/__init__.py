"""Who gets which port and which address, and keeps it. Pure, and the same every time."""
