"""What stands in a PROXY protocol header, read independently of the code that writes it."""

import socket
import struct

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def source_of(data: bytes) -> tuple[int, str]:
    """Version and the client's address; 0 where there is no header."""
    if data.startswith(b"PROXY TCP"):
        return 1, data.split(b" ")[2].decode()
    if data.startswith(SIGNATURE):
        command, family, _ = struct.unpack_from("!BBH", data, len(SIGNATURE))
        assert command == 0x21, command
        start = len(SIGNATURE) + 4
        if family == 0x11:
            return 2, socket.inet_ntop(socket.AF_INET, data[start : start + 4])
        assert family == 0x21, family
        return 2, socket.inet_ntop(socket.AF_INET6, data[start : start + 16])
    return 0, ""
