"""A companion's first and only words on stdout: that it works, or why not."""

import os
import sys
from pathlib import Path
from typing import NoReturn


def say_ready() -> None:
    """Tell who started us; nothing more is said on stdout, which leads nowhere from now on."""
    sys.stdout.write("ready")
    sys.stdout.flush()
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def say_no(trouble: OSError) -> NoReturn:
    """Tell who started us why we cannot; ends the process."""
    sys.stdout.write(str(trouble))
    sys.stdout.flush()
    raise SystemExit(1)
