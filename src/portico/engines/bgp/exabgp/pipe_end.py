"""The program that ExaBGP starts at its pipe: hands both ends to the speaker, and sleeps.

Runs alone (`python -I -S`), so that it is small: imports nothing of ours. While no speaker is
there, it reads what ExaBGP says and forgets it: a full pipe would stop ExaBGP, and all sessions.
"""

import os
import select
import socket
import sys
from typing import Final

PAUSE: Final = 0.1
AT_ONCE: Final = 65536


def drain(patience: float) -> bool:
    """Whether ExaBGP is still there."""
    readable, _, _ = select.select([0], [], [], patience)
    return not readable or bool(os.read(0, AT_ONCE))


def attend(path: str) -> None:
    """Hand over; returns when the speaker is gone. Raises OSError where there is none."""
    with socket.socket(socket.AF_UNIX) as speaker:
        speaker.connect(path)
        socket.send_fds(speaker, [b"pipe"], [0, 1])
        waiting = select.poll()
        waiting.register(speaker, select.POLLIN)
        waiting.register(0, 0)  # only that it was closed: what is said there is not for us
        for descriptor, _ in waiting.poll():
            if descriptor == 0:
                sys.exit(0)


def main() -> None:
    """Until ExaBGP ends."""
    path = os.environ["PORTICO_PIPE"]
    while True:
        try:
            attend(path)
        except OSError:
            if not drain(PAUSE):
                sys.exit(0)


if __name__ == "__main__":
    main()
