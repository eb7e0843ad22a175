"""`python -m portico.engines.arp ORDERS`: started by the engine, not by people."""

import sys

from portico.engines.arp.server import main

main(sys.argv[1])
