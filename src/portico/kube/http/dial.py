"""From an Access to an open connection: TCP, through the proxy if there is one, then TLS."""

import asyncio
import contextlib
import os
import socket
import ssl

from portico.kube.config.access import Access
from portico.kube.config.proxies import Proxy
from portico.kube.config.server import Server
from portico.kube.http.errors import ProxyError, TlsError, UnreachableError
from portico.kube.http.pipe import Pipe
from portico.kube.http.tls import make_proxy_context
from portico.kube.http.tls_errors import explained

NEXT_ADDRESS_AFTER = 0.25
"""Seconds for one address of a name before the next is tried, too (RFC 8305)."""


async def dial(access: Access, context: ssl.SSLContext | None, patience: float) -> Pipe:
    """Raises UnreachableError, ProxyError, TlsError and ConfigError. No context: no TLS."""
    server, proxy = access.server, access.proxies.for_server(access.server)
    pipe: Pipe | None = None
    try:
        async with asyncio.timeout(patience):
            pipe = await _connect(server, proxy)
            if proxy:
                await _pass_through(pipe, access, proxy, patience)
            if context:
                name = access.trust.server_name or server.host
                await _secure(pipe, context, name, str(server), patience)
    except TimeoutError:
        _abort(pipe)
        through = f" through the proxy {proxy}" if proxy else ""
        told = f"{server} cannot be reached{through}: no answer in {patience:.0f} s"
        raise UnreachableError(
            told, "is the address right, and does a firewall let us out?"
        ) from None
    except BaseException:
        _abort(pipe)
        raise
    return pipe


def _abort(pipe: Pipe | None) -> None:
    if pipe:
        pipe.abort()


async def _connect(server: Server, proxy: Proxy | None) -> Pipe:
    host, port = (proxy.host, proxy.port) if proxy else (server.host, server.port)
    loop = asyncio.get_running_loop()
    # Only where there may be several: asyncio's race of addresses loses the winner's socket if the
    # caller is cancelled at that very moment.
    delay = None if _is_address(host) else NEXT_ADDRESS_AFTER
    try:
        _, pipe = await loop.create_connection(Pipe, host, port, happy_eyeballs_delay=delay)
    except (OSError, UnicodeError) as error:
        if proxy:
            raise ProxyError(f"the proxy {proxy} cannot be reached: {_words(error)}") from None
        told = f"{server} cannot be reached: {_words(error)}"
        raise UnreachableError(told, "is the cluster running, and the address right?") from None
    return pipe


async def _pass_through(pipe: Pipe, access: Access, proxy: Proxy, patience: float) -> None:
    server = access.server
    if proxy.scheme == "https":
        # The proxy is not told who we are, and may be known to the system or to the cluster.
        context = await asyncio.to_thread(make_proxy_context, access.trust)
        await _secure(pipe, context, proxy.host, f"the proxy {proxy}", patience)
    if server.is_secure or proxy.is_socks:
        # Imported here: few have a proxy.
        from portico.kube.http.tunnel import Tunnel, tunnel_through

        await tunnel_through(Tunnel(pipe, proxy, server), access.user_agent)


async def _secure(
    pipe: Pipe, context: ssl.SSLContext, name: str, peer: str, patience: float
) -> None:
    try:
        await pipe.secure(context, name, patience + 1)  # it is the caller who gives up first
    except ssl.SSLError as error:
        raise TlsError(*explained(peer, name, error)) from None
    except (OSError, ValueError) as error:  # ValueError: a name that cannot be one
        told = f"{peer} ended the connection in the TLS handshake: {_words(error)}"
        raise UnreachableError(told) from None


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError, ValueError):
            return bool(socket.inet_pton(family, host))
    return False


def _words(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return f"its name is not known ({error.strerror})"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)  # asyncio puts other words in its place
    return str(error) or type(error).__name__
