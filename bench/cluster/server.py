"""The API server of the tests, as a program, with a number of apps; a line of JSON on its standard
input is an object to write, and is answered with the moment just before it was.

    python -m bench.cluster.server APPS BACKEND_PORT KUBECONFIG_FOLDER
"""

import json
import sys
import time
from pathlib import Path
from typing import Final

from bench.cluster.objects import PATHS, documents
from bench.manifests import app

TESTS: Final = Path(__file__).parents[2] / "tests"


def main() -> None:
    sys.path.append(str(TESTS))
    from support.api_server import running_api_server

    apps, port, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    with running_api_server() as server:
        for number in range(apps):
            server.put(*documents(app(number, PATHS, port)))
        server.kubeconfig(folder)
        _say("ready")
        for line in sys.stdin:
            document = json.loads(line)
            begun = time.monotonic()
            server.put(document)
            _say(repr(begun))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
