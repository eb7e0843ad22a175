"""Manifests as text, the way a user would write them."""

import base64
from collections.abc import Iterable

from model.certificates import Pair

Endpoint = tuple[str, int]


def service(name: str, *, protocol: str = "") -> str:
    spoken = f", appProtocol: {protocol}" if protocol else ""
    return f"""\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec:
  ports: [{{name: http, port: 80{spoken}}}]
"""


def external(name: str, external_name: str, port: int) -> str:
    return f"""\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec:
  type: ExternalName
  externalName: {external_name}
  ports: [{{name: http, port: 80, targetPort: {port}}}]
"""


def endpoints(name: str, *places: Endpoint, family: str = "IPv4") -> str:
    """One slice for each endpoint, because each has a port of its own."""
    return "---\n".join(
        f"""\
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: {name}-{address.replace(":", "x").replace(".", "-")}-{port}
  namespace: shop
  labels: {{kubernetes.io/service-name: {name}}}
addressType: {family}
ports: [{{name: http, port: {port}}}]
endpoints: [{{addresses: ["{address}"]}}]
"""
        for address, port in places
    )


def backend(name: str, *ports: int, protocol: str = "") -> str:
    """A Service and where it is, on this machine."""
    places = [("127.0.0.1", port) for port in ports]
    return service(name, protocol=protocol) + "---\n" + endpoints(name, *places)


def ingress(
    name: str, host: str, paths: Iterable[tuple[str, str]], *, secret: str = "", redirect: str = ""
) -> str:
    """Path prefixes and the Services behind them."""
    tls = f"\n  tls: [{{hosts: [{host}], secretName: {secret}}}]"
    notes = f"\n  annotations: {{nginx.ingress.kubernetes.io/ssl-redirect: '{redirect}'}}"
    return f"""\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {name}
  namespace: shop{notes if redirect else ""}
spec:{tls if secret else ""}
  rules:
    - host: {host}
      http:
        paths:
""" + "".join(
        f"""\
          - path: {path}
            pathType: Prefix
            backend: {{service: {{name: {target}, port: {{number: 80}}}}}}
"""
        for path, target in paths
    )


def secret(name: str, pair: Pair, *, key: bytes | None = None) -> str:
    """A key pair; or a certificate with another's key."""
    return f"""\
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: {{name: {name}, namespace: shop}}
data:
  tls.crt: {base64.b64encode(pair.chain).decode()}
  tls.key: {base64.b64encode(key or pair.key).decode()}
"""
