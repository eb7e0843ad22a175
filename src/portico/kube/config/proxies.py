"""Which proxy, if any, stands between us and a server.

The cluster's own `proxy-url` counts for every server; otherwise the environment is asked as Go asks
it (golang.org/x/net/http/httpproxy), because that is what people have set up for kubectl.
"""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from portico.kube.config.credentials import Headers, basic
from portico.kube.config.server import Server, place_of

PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


class Proxy(Struct, frozen=True):
    """`socks5` resolves names at the proxy, always; to others the host is told as it is, too."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @property
    def is_socks(self) -> bool:
        return self.scheme.startswith("socks")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def __repr__(self) -> str:
        return f"Proxy({str(self)!r})"  # without the password


class Proxies(Struct, frozen=True):
    """What was configured; `always` is the cluster's own."""

    always: Proxy | None = None
    by_scheme: tuple[tuple[str, Proxy], ...] = ()
    exceptions: str = ""

    def for_server(self, server: Server) -> Proxy | None:
        if self.always:
            return self.always
        proxy = dict(self.by_scheme).get(server.scheme)
        if proxy is None or is_local(server.host) or _is_excepted(server, self.exceptions):
            return None
        return proxy


NO_PROXIES: Final = Proxies()


def parse_proxy(text: str) -> Proxy:
    """Raises ValueError with the reason."""
    url = urlsplit(text)
    if url.scheme not in PORTS:
        raise ValueError(f"has the scheme {url.scheme!r}, which is none of http, https and socks5")
    return Proxy(url.scheme, *place_of(url, PORTS))


def proxies_of(environment: Mapping[str, str]) -> Proxies:
    """HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in capitals or not. Raises ValueError."""
    found: list[tuple[str, Proxy]] = []
    for scheme in ("https", "http"):
        variable = f"{scheme}_proxy"
        text = environment.get(variable.upper()) or environment.get(variable)
        if text:
            try:
                found.append((scheme, parse_proxy(text if "://" in text else f"http://{text}")))
            except ValueError as error:
                raise ValueError(f"{variable.upper()} {error}") from None
    exceptions = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    return Proxies(None, tuple(found), exceptions)


def proxy_authorization(proxy: Proxy) -> Headers:
    """What the proxy itself wants to know, before it asks or lets through."""
    if not proxy.user:
        return ()
    ((_, value),) = basic(proxy.user, proxy.password)
    return (("Proxy-Authorization", value),)


def is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_excepted(server: Server, exceptions: str) -> bool:
    words = (word.strip().lower() for word in exceptions.split(","))
    return any(_matches(server, word) for word in words if word)


def _matches(server: Server, word: str) -> bool:
    """`*`, an address, a network, a domain with its subdomains, `.domain` for only those."""
    if word == "*":
        return True
    try:
        if "/" in word:
            return ip_address(server.host) in ip_network(word, strict=False)
        return ip_address(server.host) == ip_address(word.strip("[]"))
    except ValueError:
        pass  # one of the two is a name
    name, _, port = word.rpartition(":") if word.count(":") == 1 else (word, "", "")
    if port and port != str(server.port):
        return False
    name, host = name.removeprefix("*"), server.host.rstrip(".")
    return (
        host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")
    )
