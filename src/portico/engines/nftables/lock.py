"""One Portico per network namespace may own the table."""

import socket
from typing import Final

_NAME: Final = "\0portico-nftables"


class TakenError(Exception):
    """Another Portico has it."""


class Lock:
    """An abstract unix socket: it belongs to the network namespace, as the table does, and goes
    with the process that holds it, however that ends. Raises TakenError.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.bind(_NAME)
        except OSError:
            self._socket.close()
            raise TakenError(
                "another Portico in this network namespace owns the nft table: stop it, "
                "or start this one with --only http"
            ) from None

    def let_go(self) -> None:
        self._socket.close()
