"""Each request on a TLS connection of its own: `python -m bench.handshakes PORT HOST SECONDS`.

wrk resumes TLS sessions on its further connections and cannot be told not to; this client has no
session to resume. It is slower than wrk, which does not matter where the server's CPU time counts.
"""

import socket
import ssl
import sys
import threading
import time
from typing import Final

from bench.client import get
from bench.figures import percentile

THREADS: Final = 16


def main(port: int, host: str, seconds: int) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = get(host, "/p0/x").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    took: list[int] = []
    errors: list[str] = []
    started = time.monotonic_ns()
    until = started + seconds * 1_000_000_000

    def work() -> None:
        while (begun := time.monotonic_ns()) < until:
            try:
                _ask(context, port, host, request)
            except OSError as error:
                errors.append(str(error))
            took.append((time.monotonic_ns() - begun) // 1000)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    us = (time.monotonic_ns() - started) // 1000
    p50, p99 = percentile(took, 0.5), percentile(took, 0.99)
    print(f"result requests={len(took)} us={us} errors={len(errors)} p50={p50} p99={p99}")
    if errors:
        print(errors[0])


def _ask(context: ssl.SSLContext, port: int, host: str, request: bytes) -> None:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        if tls.session_reused:
            raise OSError("a session was resumed")
        tls.sendall(request)
        text = b""
        while more := tls.recv(65536):
            text += more
        if not text.startswith(b"HTTP/1.1 200"):
            raise OSError(text[:80].decode(errors="replace"))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
