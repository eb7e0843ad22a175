"""What a shell does with us."""

import os
import sys


def is_behind_others() -> bool:
    """Whether a shell has it in the background (`&`, ^Z and bg), and its prompt on the terminal."""
    try:
        return os.tcgetpgrp(sys.stdout.fileno()) != os.getpgrp()
    except OSError:
        return False  # nobody's terminal, which has no background
