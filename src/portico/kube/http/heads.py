"""The head of each request: what is the same for all of them, and who asks this time."""

import h11

from portico.kube.config.access import Access
from portico.kube.config.credentials import Headers
from portico.kube.config.proxies import is_local
from portico.kube.http.errors import GarbledError
from portico.kube.http.request import Request
from portico.kube.http.tunnel import proxy_authorization


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
            # Without TLS the proxy is not passed through but asked, by the whole URL (RFC 9112 3.2.2).
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
        except (h11.LocalProtocolError, UnicodeError) as error:
            # The value is not repeated: it may be a secret.
            raise GarbledError(f"this cannot be asked: {error}") from None
