"""`python -m portico.engines.bgp.speaker ORDERS`: started by the engine, not by people."""

import sys

from portico.engines.bgp.speaker.server import main

main(sys.argv[1])
