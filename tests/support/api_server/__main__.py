"""The server as a program of its own, for measurements and for playing with kubectl.

    python -m support.api_server [--slices 50000]

Prints its address and serves until its standard input ends; a line there is `put N` (change N
slices).
"""

import argparse
import sys

from support.api_server.running import running_api_server
from support.api_server.samples import endpoint_slice


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--slices", type=int, default=0)
    options = parser.parse_args()
    with running_api_server() as server:
        server.put(*(endpoint_slice(number) for number in range(options.slices)))
        _say(server.url)
        for line in sys.stdin:
            verb, _, rest = line.partition(" ")
            if verb == "put":
                server.put(*(endpoint_slice(number, version=2) for number in range(int(rest))))
                _say("done")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
