"""Through a proxy to a server: CONNECT for http and https, a greeting for socks5."""

import h11
from msgspec import Struct

from portico.kube.config.proxies import Proxy, proxy_authorization
from portico.kube.config.server import Server
from portico.kube.http.errors import ProxyError
from portico.kube.http.pipe import Pipe
from portico.kube.http.socks5 import SocksError, greet
from portico.lib.shorten import shown


class Tunnel(Struct, frozen=True):
    """A way that is still to be opened."""

    pipe: Pipe
    proxy: Proxy
    server: Server

    def error(self, why: str, hint: str = "") -> ProxyError:
        return ProxyError(f"the proxy {self.proxy} does not let us to {self.server}: {why}", hint)


async def tunnel_through(tunnel: Tunnel, user_agent: str) -> None:
    """Raises ProxyError; the caller limits the time."""
    try:
        if tunnel.proxy.is_socks:
            await _socks(tunnel)
        else:
            await _connect(tunnel, user_agent)
    except OSError as error:
        raise tunnel.error(error.strerror or str(error)) from None


async def _socks(tunnel: Tunnel) -> None:
    proxy, server, pipe = tunnel.proxy, tunnel.server, tunnel.pipe
    received = bytearray()
    steps = greet(server.host, server.port, proxy.user, proxy.password)
    try:
        outgoing, wanted = next(steps)
        while True:
            pipe.write(outgoing)
            while len(received) < wanted:
                received += await _receive(tunnel)
            answer = bytes(received[:wanted])
            del received[:wanted]
            outgoing, wanted = steps.send(answer)
    except StopIteration:
        return
    except (SocksError, UnicodeError) as error:
        raise tunnel.error(str(error)) from None


async def _connect(tunnel: Tunnel, user_agent: str) -> None:
    server, conversation = tunnel.server, h11.Connection(h11.CLIENT)
    host = f"[{server.host}]" if ":" in server.host else server.host
    target = f"{host}:{server.port}"
    headers = [("Host", target), ("User-Agent", user_agent), *proxy_authorization(tunnel.proxy)]
    request = h11.Request(method="CONNECT", target=target, headers=headers)
    tunnel.pipe.write(conversation.send(request) or b"")
    try:
        answer = await _answer(tunnel, conversation)
    except h11.RemoteProtocolError as error:
        raise tunnel.error(f"it does not speak HTTP: {error}") from None
    code = answer.status_code
    if code == 407:
        raise tunnel.error("it wants a user and a password", "put them into proxy-url")
    if conversation.trailing_data[0]:
        raise tunnel.error("it speaks where the server is to be heard; is it a proxy?")
    if not 200 <= code < 300:
        raise tunnel.error(f"it says {code} {shown(answer.reason.decode('latin-1'))}".rstrip())


async def _answer(tunnel: Tunnel, conversation: h11.Connection) -> h11.Response:
    while True:
        event = conversation.next_event()
        if event is h11.NEED_DATA:
            conversation.receive_data(await _receive(tunnel))
        elif isinstance(event, h11.Response):
            return event
        elif not isinstance(event, h11.InformationalResponse):
            raise tunnel.error("it ended the connection")


async def _receive(tunnel: Tunnel) -> bytes:
    received = await tunnel.pipe.receive()
    if not received:
        raise tunnel.error("it ended the connection")
    return received
