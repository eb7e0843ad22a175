"""A folder of manifests, one file an app: an Ingress, a Service and an EndpointSlice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

DOMAIN: Final = "bench.example"
ENDPOINTS: Final = 5
SHARED: Final = tuple(f"127.0.1.{n + 1}" for n in range(ENDPOINTS))
"""Addresses for when connections to endpoints are to be kept by everybody alike."""


@dataclass(frozen=True, slots=True)
class App:
    """One file. Every address is on the loopback interface, where one backend listens on all."""

    number: int
    paths: Sequence[str]
    addresses: Sequence[str]
    port: int
    has_tls: bool = False

    @property
    def name(self) -> str:
        return f"app-{self.number:05}"

    @property
    def host(self) -> str:
        return f"{self.name}.{DOMAIN}"


def app(number: int, paths: Sequence[str], port: int) -> App:
    """An app with endpoints that no other app has."""
    return App(number, paths, own_addresses(number), port)


def own_addresses(number: int) -> tuple[str, ...]:
    return _addresses(number, 2)


def moved(old: App) -> App:
    """The same app with five other endpoints; moved again, it is back."""
    back = own_addresses(old.number)
    there = _addresses(old.number, 102)
    return replace(old, addresses=back if tuple(old.addresses) == there else there)


def write_apps(folder: Path, apps: Sequence[App]) -> None:
    for one in apps:
        (folder / f"{one.name}.yaml").write_text(manifest(one))


def manifest(one: App) -> str:
    paths = "".join(_PATH.format(path=path, name=one.name) for path in one.paths)
    addresses = "".join(f"  - addresses: [{address}]\n" for address in one.addresses)
    tls = _TLS.format(host=one.host) if one.has_tls else ""
    return _APP.format(
        name=one.name, host=one.host, tls=tls, paths=paths, addresses=addresses, port=one.port
    )


def _addresses(number: int, first: int) -> tuple[str, ...]:
    numbers = range(number * ENDPOINTS, (number + 1) * ENDPOINTS)
    return tuple(f"127.{first + (n >> 16)}.{n >> 8 & 255}.{n & 255}" for n in numbers)


_APP = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
  namespace: bench
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: "false"
spec:
  ingressClassName: portico
{tls}\
  rules:
    - host: {host}
      http:
        paths:
{paths}\
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: bench
spec:
  ports:
    - name: http
      port: 80
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: {name}-1
  namespace: bench
  labels:
    kubernetes.io/service-name: {name}
addressType: IPv4
ports:
  - name: http
    port: {port}
endpoints:
{addresses}"""

_PATH = """\
          - path: {path}
            pathType: Prefix
            backend:
              service:
                name: {name}
                port:
                  number: 80
"""

_TLS = """\
  tls:
    - hosts: [{host}]
      secretName: certificate
"""
