"""The head of each request: what is the same for all of them, and who asks this time."""

import h11

from portico.kube.config.access import Access
from portico.kube.config.credentials import Headers
from portico.kube.config.proxies import is_local, proxy_authorization
from portico.kube.http.errors import GarbledError
from portico.kube.http.request import Request


class Heads:
    """Makes them for one server."""

    def __init__(self, access: Access) -> None:
        server = access.server
        self._base = server.path
        self._common: list[tuple[str, str]] = [
            ("Host", server.authority),
            ("User-Agent", access.user_agent),
        ]
        # On loopback packing costs more than it saves.
        if access.compresses and not is_local(server.host):
            self._common.append(("Accept-Encoding", "gzip"))
        proxy = access.proxies.for_server(server)
        if proxy and not server.is_secure and not proxy.is_socks:
            # Without TLS the proxy is not passed through but asked, for a whole URL (RFC 9112).
            self._base = str(server)
            self._common += proxy_authorization(proxy)
        self._common += access.impersonation

    def head(self, request: Request, who: Headers) -> h11.Request:
        """Raises GarbledError for what cannot be in a head, as a line break in a token."""
        headers = [*self._common, *who, *request.headers]
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            headers.append(("Content-Length", str(len(request.body))))
        encoded = [(name.encode(), value.encode()) for name, value in headers]
        try:
            return h11.Request(
                method=request.method, target=self._base + request.target, headers=encoded
            )
        except h11.LocalProtocolError:
            # h11's own words repeat the value, which may be a secret.
            odd = [name for name, value in headers if not _is_sendable(value)]
            what = f"the header {odd[0]}" if odd else f"{request.method} {request.path!r}"
            hint = "a token must have no line break and no space in it" if odd else ""
            raise GarbledError(f"{what} cannot be sent as it is", hint) from None


def _is_sendable(value: str) -> bool:
    return value.isprintable() and value == value.strip()
