"""A gate before an API server: while it is shut, the server is away, whichever one it is."""

import contextlib
import socket
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

HOST = "127.0.0.1"

FILES = {"certificate-authority", "client-certificate", "client-key", "tokenFile"}
"""Named relative to the kubeconfig."""


class Gate:
    """Passes bytes on, until it is shut; then every connection breaks, and none is taken."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._there = (parts.hostname or "", parts.port or 443)
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port = 0
        self.open()

    def open(self) -> None:
        listener = socket.create_server((HOST, self.port), backlog=128)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def shut(self) -> None:
        assert self._listener
        # A close alone would leave the thread that waits for connections with the old socket.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _ = listener.accept()
                theirs = socket.create_connection(self._there)
                for one, other in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with self._lock:
            self._open.add(one)
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open.discard(one)
        one.close()


def gated(kubeconfig: Path, folder: Path, namespace: str) -> tuple[Gate, Path]:
    """The same cluster, behind a gate; one is at home in the namespace."""
    told: dict[str, Any] = yaml.safe_load(kubeconfig.read_text())
    wanted = next(c for c in told["contexts"] if c["name"] == told["current-context"])
    cluster = next(c for c in told["clusters"] if c["name"] == wanted["context"]["cluster"])
    wanted["context"]["namespace"] = namespace
    inner, parts = cluster["cluster"], urlsplit(cluster["cluster"]["server"])
    gate = Gate(inner["server"])
    inner["server"] = f"{parts.scheme}://{HOST}:{gate.port}"
    if parts.scheme == "https":
        inner.setdefault("tls-server-name", parts.hostname)
    for entry in (inner, *(each["user"] for each in told["users"])):
        for name in FILES & entry.keys():
            entry[name] = str(kubeconfig.parent.absolute() / entry[name])
    file = folder / "gated-kubeconfig"
    file.write_text(yaml.safe_dump(told))
    return gate, file
