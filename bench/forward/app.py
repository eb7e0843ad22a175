"""The application in the pod. A line on a connection asks for something.

    python -m bench.forward.app PORT

`GET n` is answered with n bytes, `PUT n` with `ok` once n bytes have come, `WHO` with the port
where it listens, `PING` with `pong`.
"""

import contextlib
import socket
import sys
import threading
from typing import Final

BLOCK: Final = bytes(1 << 20)


def main() -> None:
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096) as listener:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def _serve(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        received = b""
        while True:
            while b"\n" not in received:
                piece = connection.recv(1 << 16)
                if not piece:
                    return
                received += piece
            line, _, received = received.partition(b"\n")
            verb, _, size = line.partition(b" ")
            if verb == b"GET":
                _give(connection, int(size))
            elif verb == b"PUT":
                _take(connection, int(size) - len(received))
                received = b""
            elif verb == b"WHO":
                connection.sendall(b"%d\n" % connection.getsockname()[1])
            else:
                connection.sendall(b"pong\n")


def _give(connection: socket.socket, left: int) -> None:
    while left > 0:
        connection.sendall(BLOCK[:left] if left < len(BLOCK) else BLOCK)
        left -= len(BLOCK)


def _take(connection: socket.socket, left: int) -> None:
    room = bytearray(1 << 20)
    while left > 0:
        left -= connection.recv_into(room) or left
    connection.sendall(b"ok\n")


if __name__ == "__main__":
    main()
