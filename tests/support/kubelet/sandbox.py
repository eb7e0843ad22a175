"""A pod as its node knows it: where its ports really lead, and what the runtime says of a dial."""

import asyncio
import hashlib
import uuid
from collections.abc import Mapping
from typing import NamedTuple

from support.kubelet.course import Course

Address = tuple[str, int]

GO_SAYS = {
    "ConnectionRefusedError": "connect: connection refused",
    "TimeoutError": "i/o timeout",
}
"""How Go calls what Python has classes for."""


class Sandbox(NamedTuple):
    namespace: str
    name: str
    uid: str
    node: str
    ports: Mapping[int, Address]
    """Of a port of the pod the address that is dialled. All others are refused."""

    @property
    def key(self) -> tuple[str, str]:
        return (self.namespace, self.name)

    @property
    def id(self) -> str:
        return hashlib.sha256(self.uid.encode()).hexdigest()

    @property
    def netns(self) -> str:
        return f"/var/run/netns/cni-{uuid.uuid5(uuid.NAMESPACE_OID, self.uid)}"

    def in_error(self, port: int, trouble: str) -> str:
        """What the streaming server writes on an error stream."""
        return f"error forwarding port {port} to pod {self.id}, uid : {trouble}"

    def gone(self) -> str:
        return f'failed to find sandbox "{self.id}" in store: not found'

    def failed(self, trouble: str) -> str:
        return f'failed to execute portforward in network namespace "{self.netns}": {trouble}'

    async def dial(self, port: int, course: Course) -> str:
        """Connect; if that fails, in which words."""
        address = self.ports.get(port)
        why = GO_SAYS["ConnectionRefusedError"]
        if address is not None:
            try:
                await asyncio.get_running_loop().create_connection(lambda: course, *address)
            except OSError as trouble:
                why = GO_SAYS.get(type(trouble).__name__, f"connect: {trouble.strerror}".lower())
            else:
                return ""
        return self.failed(
            f'failed to connect to localhost:{port} inside namespace "{self.id}", '
            f"IPv4: dial tcp4 127.0.0.1:{port}: {why} IPv6 dial tcp6 [::1]:{port}: {why} "
        )
