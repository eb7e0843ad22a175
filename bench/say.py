"""Progress, on stderr, so that stdout holds nothing but the results."""

import sys


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
