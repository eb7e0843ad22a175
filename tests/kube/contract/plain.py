"""A client that knows nothing of Portico: the standard library, and what a kubeconfig says."""

import base64
import http.client
import json
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import yaml

JSON = "application/json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"

PATIENCE = 30.0


class Told(NamedTuple):
    code: int
    body: Any

    @property
    def reason(self) -> str:
        return str(self.body.get("reason", ""))

    @property
    def version(self) -> str:
        return str(self.body["metadata"]["resourceVersion"])


class Plain:
    """Of the current context; tokens and client certificates."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        told = yaml.safe_load(kubeconfig.read_text())
        context = _named(told["contexts"], told["current-context"])["context"]
        cluster = _named(told["clusters"], context["cluster"])["cluster"]
        user = _named(told["users"], context["user"])["user"]
        self._server = urlsplit(cluster["server"])
        self.context = (
            _tls(cluster, user, kubeconfig.parent) if self._server.scheme == "https" else None
        )
        token = user.get("token")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    @property
    def url(self) -> str:
        return self._server.geturl().rstrip("/")

    def ask(self, method: str, path: str, body: Any = None, form: str = JSON, **query: Any) -> Told:
        with self._asked(method, path, body, form, query) as answer:
            content = answer.read()
            # Of a watch only the first event.
            return Told(answer.status, json.loads(content.partition(b"\n{")[0] or "null"))

    def get(self, path: str, **query: Any) -> Told:
        return self.ask("GET", path, **query)

    @contextmanager
    def watch(self, path: str, **query: Any) -> Iterator[Iterator[Any]]:
        """Events as they come; the iterator ends when the server says so."""
        query = {"watch": "1", "timeoutSeconds": 20, **query}
        with self._asked("GET", path, None, JSON, query) as answer:
            assert answer.status == 200, answer.read()
            yield (json.loads(line) for line in answer)

    @contextmanager
    def _asked(
        self, method: str, path: str, body: Any, form: str, query: dict[str, Any]
    ) -> Iterator[http.client.HTTPResponse]:
        host, port = self._server.hostname or "", self._server.port
        if self.context:
            connection = http.client.HTTPSConnection(
                host, port, timeout=PATIENCE, context=self.context
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)  # type: ignore[assignment]
        target = self._server.path.rstrip("/") + path + ("?" + urlencode(query) if query else "")
        headers = {**self.headers, "Accept": JSON, "User-Agent": "plain/1"}
        if body is not None:
            headers["Content-Type"] = form
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, target, content, headers)
            yield connection.getresponse()
        finally:
            connection.close()


def _named(entries: list[Any], name: str) -> Any:
    return next(entry for entry in entries if entry["name"] == name)


def _tls(cluster: Any, user: Any, home: Path) -> ssl.SSLContext:
    authority = _content(cluster, "certificate-authority", home)
    context = ssl.create_default_context(cadata=authority.decode() if authority else None)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    certificate = _content(user, "client-certificate", home)
    if certificate:
        with tempfile.TemporaryDirectory() as folder:
            files = Path(folder, "tls.crt"), Path(folder, "tls.key")
            files[0].write_bytes(certificate)
            files[1].write_bytes(_content(user, "client-key", home))
            context.load_cert_chain(*files)
    return context


def _content(entry: Any, name: str, home: Path) -> bytes:
    if data := entry.get(f"{name}-data"):
        return base64.b64decode(data)
    return (home / entry[name]).read_bytes() if name in entry else b""
