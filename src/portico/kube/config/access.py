"""One user's access to one cluster: all that a client has to know before it can ask."""

import os
import sys
from typing import Final

from msgspec import Struct

from portico import __version__
from portico.kube.config.credentials import ANONYMOUS, Authorization, Headers, Identity
from portico.kube.config.proxies import NO_PROXIES, Proxies
from portico.kube.config.server import Server

USER_AGENT: Final = f"portico/{__version__} ({sys.platform}/{os.uname().machine})"
"""Not curl-like: for those the API server indents its JSON, which doubles it."""


class Trust(Struct, frozen=True):
    """How to know that it is the right server; by the system's roots if nothing is set."""

    ca_file: str = ""
    ca_data: bytes = b""
    skips_verification: bool = False
    server_name: str = ""


class Access(Struct, frozen=True):
    """`origin` says where all this is from, for messages."""

    server: Server
    trust: Trust = Trust()
    authorization: Authorization = ANONYMOUS
    identity: Identity = ANONYMOUS
    impersonation: Headers = ()
    proxies: Proxies = NO_PROXIES
    compresses: bool = True
    namespace: str = "default"
    user_agent: str = USER_AGENT
    origin: str = ""
