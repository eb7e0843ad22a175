"""`python -m portico.engines.relay ORDERS`: started by the engine, not by people."""

import sys

from portico.engines.relay.server import main

main(sys.argv[1])
