"""The server on a thread of its own, and what a test can do to it."""

import asyncio
import base64
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml
from aiohttp import web

from model.certificates import pair
from support.api_server.access import Access, Asked
from support.api_server.app import LARGEST, App
from support.api_server.cluster import Cluster
from support.api_server.faults import Failure, Faults
from support.api_server.storage import Document, Saved
from support.api_server.watches import StreamedLists
from support.kubelet.nodes import Nodes
from support.kubelet.sandbox import Address
from support.kubelet.terms import Terms

T = TypeVar("T")

HOST = "127.0.0.1"


class ApiServer:
    """A Kubernetes API server. Every method may be called from any thread."""

    def __init__(
        self,
        *,
        tls: bool = False,
        bookmark_every: float = 60.0,
        streamed_lists: StreamedLists = StreamedLists.SERVED,
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._cluster = Cluster(bookmark_every, streamed_lists)
        self._server: web.Server[web.BaseRequest] | None = None
        self._runner: web.ServerRunner | None = None
        self._pair = pair("localhost") if tls else None
        self.port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.start()

    @property
    def url(self) -> str:
        return f"{'https' if self._pair else 'http'}://localhost:{self.port}"

    @property
    def authority(self) -> bytes:
        """The certificate that vouches for the server, in PEM."""
        return self._pair.chain if self._pair else b""

    @property
    def faults(self) -> Faults:
        return self._cluster.faults

    @property
    def access(self) -> Access:
        return self._cluster.access

    @property
    def terms(self) -> Terms:
        """How the nodes behave where ports are forwarded."""
        return self._cluster.nodes.terms

    @property
    def requests(self) -> list[Asked]:
        """All that were about objects, the oldest first."""
        return list(self._cluster.requests)

    def forget_requests(self) -> None:
        self._cluster.requests.clear()

    def fail(self, code: int, times: int = 1, **more: Any) -> None:
        """Answer the next requests with an error; see Failure."""
        self.faults.failures.append(Failure(code, times, **more))

    def start(self) -> None:
        self._wait(self._start())

    def stop(self) -> None:
        """As a machine that loses its power: all connections break."""
        self._wait(self._stop())

    def restart(self, saved: Saved | None = None) -> None:
        """Come back on the same port, with what was saved if that is given."""
        self.stop()
        if saved is not None:
            self.do(lambda cluster: cluster.load(saved))
        self.start()

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def do(self, deed: Callable[[Cluster], T]) -> T:
        """Something in one go, so that nobody sees half of it."""

        async def work() -> T:
            return deed(self._cluster)

        return self._wait(work())

    def put(self, *documents: Document) -> None:
        self.do(lambda cluster: cluster.put_all(documents))

    def run(self, pod: Document, ports: Mapping[int, Address]) -> None:
        """A pod, and where connections to its ports lead; to other ports they are refused."""
        metadata = pod["metadata"]

        def deed(cluster: Cluster) -> None:
            cluster.nodes.run(metadata.get("namespace", "default"), metadata["name"], ports)
            cluster.put(pod)

        self.do(deed)

    def remove(self, plural: str, namespace: str, name: str) -> None:
        self.do(lambda cluster: cluster.remove(plural, namespace, name))

    def get(self, plural: str, namespace: str, name: str) -> Any:
        return self.do(lambda cluster: cluster.get(plural, namespace, name))

    def all(self, plural: str) -> list[Document]:
        return self.do(lambda cluster: cluster.all(plural))

    def on_nodes(self, deed: Callable[[Nodes], T]) -> T:
        """Ask the nodes, or do something to them."""
        return self.do(lambda cluster: deed(cluster.nodes))

    def save(self) -> Saved:
        return self.do(lambda cluster: cluster.storage.save())

    def compact(self) -> None:
        self.do(lambda cluster: cluster.storage.compact())

    def watching(self, plural: str = "") -> int:
        """How many watches are open."""
        watches = list(self._cluster.watches)
        return sum(plural in ("", watch.plural) for watch in watches)

    def marked(self) -> int:
        """Up to which revision bookmarks have told all watches that they know everything."""
        return min((watch.marked for watch in list(self._cluster.watches)), default=0)

    def cut_watches(self, plural: str = "") -> None:
        self.do(lambda cluster: cluster.stop_watches(plural, cut=True))

    def end_watches(self, plural: str = "") -> None:
        """As if their time were up."""
        self.do(lambda cluster: cluster.stop_watches(plural))

    def expire_watches(self, plural: str = "") -> None:
        self.do(lambda cluster: cluster.expire_watches(plural))

    def kubeconfig(self, folder: Path, token: str = "", namespace: str = "default") -> Path:
        cluster: dict[str, object] = {"server": self.url}
        if self._pair:
            authority = base64.b64encode(self.authority).decode()
            cluster["certificate-authority-data"] = authority
        context = {"cluster": "test", "user": "test", "namespace": namespace}
        told = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "contexts": [{"name": "test", "context": context}],
            "users": [{"name": "test", "user": {"token": token} if token else {}}],
        }
        path = folder / "kubeconfig"
        path.write_text(yaml.safe_dump(told))
        return path

    async def _start(self) -> None:
        app = App(self._cluster)
        self._server = web.Server(app.answer, request_factory=_request, handler_cancellation=True)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.01)
        await self._runner.setup()
        context = _context(*self._pair) if self._pair else None
        site = web.TCPSite(self._runner, HOST, self.port, ssl_context=context, backlog=512)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        if self._server is None or self._runner is None:
            return
        for connection in list(self._server.connections):
            if connection.transport is not None:
                connection.transport.abort()
        self._cluster.nodes.stop()
        await self._runner.cleanup()
        self._server = self._runner = None

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


@contextmanager
def running_api_server(**options: Any) -> Iterator[ApiServer]:
    server = ApiServer(**options)
    try:
        yield server
    finally:
        server.close()


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST)


def _context(chain: bytes, key: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "tls.crt"), Path(folder, "tls.key")
        files[0].write_bytes(chain)
        files[1].write_bytes(key)
        context.load_cert_chain(*files)
    return context
