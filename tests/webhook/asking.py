"""A webhook that answers on this machine, and questions of an API server to it, with real TLS."""

import http.client
import json
import ssl
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from portico.compiler.lower import LOWER
from portico.lib import clock
from portico.settings import Settings
from portico.sources.cluster.kinds import JUDGED
from portico.sources.cluster.reading import reader
from portico.store import Store
from portico.webhook.app import Desk
from portico.webhook.doors import Door, opened
from portico.webhook.figures import Figures
from portico.webhook.judge import Judge, Sight
from portico.webhook.keeping import Keeping
from portico.webhook.limits import Limits
from portico.webhook.shown import Shown
from portico.webhook.state import State

NAMES = ("portico-webhook.portico.svc", "localhost")

# By what each comes in the URL of the API.
KINDS = {
    "Ingress": ("networking.k8s.io", "v1"),
    "IngressClass": ("networking.k8s.io", "v1"),
    "Service": ("", "v1"),
    "IPAddressPool": ("metallb.io", "v1beta1"),
    "L2Advertisement": ("metallb.io", "v1beta1"),
    "BGPAdvertisement": ("metallb.io", "v1beta1"),
    "BGPPeer": ("metallb.io", "v1beta2"),
    "BFDProfile": ("metallb.io", "v1beta1"),
    "Community": ("metallb.io", "v1beta1"),
    "Eip": ("network.kubesphere.io", "v1alpha2"),
    "BgpConf": ("network.kubesphere.io", "v1alpha2"),
    "BgpPeer": ("network.kubesphere.io", "v1alpha2"),
}


class Said(NamedTuple):
    """An answer over the wire."""

    status: int
    body: bytes

    @property
    def response(self) -> Any:
        document = json.loads(self.body)
        assert (document["apiVersion"], document["kind"]) == (
            "admission.k8s.io/v1",
            "AdmissionReview",
        )
        return document["response"]

    @property
    def allowed(self) -> bool:
        return self.response["allowed"]

    @property
    def warnings(self) -> list[str]:
        return self.response.get("warnings", [])

    @property
    def causes(self) -> list[dict[str, str]]:
        return self.response["status"]["details"]["causes"]

    @property
    def causes_if_any(self) -> list[dict[str, str]]:
        return [] if self.allowed else self.causes


class Webhook:
    """One that is running. All methods but `review` block, so they belong into a thread."""

    def __init__(self, state: State, folder: Path, shown: Shown, ports: tuple[int, int]) -> None:
        self.state, self.folder, self.shown = state, folder, shown
        self.port, self.admin = ports

    def connection(self) -> http.client.HTTPSConnection:
        trust = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        return http.client.HTTPSConnection("localhost", self.port, context=trust, timeout=20)

    def post(self, body: bytes, path: str = "/validate?timeout=10s") -> Said:
        connection = self.connection()
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return Said(answer.status, answer.read())
        finally:
            connection.close()

    def ask(self, document: Any, operation: str = "CREATE", **more: Any) -> Said:
        return self.post(json.dumps(review(document, operation, **more)).encode())

    def metrics(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=20)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        finally:
            connection.close()


def review(document: Any, operation: str = "CREATE", **more: Any) -> dict[str, Any]:
    kind = document["kind"]
    group, version = KINDS.get(kind, ("example.com", "v1"))
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "3a1b",
            "kind": {"group": group, "version": version, "kind": kind},
            "resource": {"group": group, "version": version, "resource": f"{kind.lower()}s"},
            "operation": operation,
            "object": document,
            "oldObject": None,
            "dryRun": False,
            **more,
        },
    }


@asynccontextmanager
async def running(
    folder: Path,
    store: Store | None = None,
    settings: Settings | None = None,
    *,
    limits: Limits | None = None,
    sight: Sight | None = None,
    is_synced: bool = True,
):
    """Everything but the source: what is in the store is what is known."""
    state = State(store or Store(), settings or Settings())
    limits = limits or Limits()
    keeping = Keeping(folder, NAMES)
    keeping.renew(clock.now())
    shown = Shown(keeping.files)
    assert shown.refresh()
    readers = {kind.resource.kind: reader(kind) for kind in JUDGED}
    judge = Judge(state, readers, sight or Sight())
    desk = Desk(state, judge, Figures(state, shown), limits)
    if is_synced:
        await state.follow(_once(set(state_refs(store))))
    door = Door("127.0.0.1", 0, "--listen", shown.context)
    async with (
        opened(desk.public(), door, limits) as (_, port),
        opened(desk.admin(), Door("127.0.0.1", 0, "--admin"), limits) as (_, admin),
    ):
        yield Webhook(state, folder, shown, (port, admin))


def state_refs(store: Store | None):
    return store.refs(LOWER) if store else []


async def _once(changed):
    yield changed
