"""Standard streams that were closed by whoever started us (`>&-`, some supervisors)."""

import os
import sys
from typing import Final

_NAMES: Final = ("stdin", "stdout", "stderr")


def replace_closed() -> None:
    """Each by nothing. Else the next file or socket that is opened would have its number, and what
    a command prints, or Python itself, would be written into somebody's connection.
    """
    for number, name in enumerate(_NAMES):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free; the ones below are not.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
