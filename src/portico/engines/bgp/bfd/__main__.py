"""`python -m portico.engines.bgp.bfd ORDERS`: started by the speaker, not by people."""

import sys

from portico.engines.bgp.bfd.server import main

main(sys.argv[1])
