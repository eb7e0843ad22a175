"""Echo backends for the live tests, all in one process that ends with whoever started it.

Arguments: NAME=ADDRESS, or NAME=ADDRESS=FOLDER with tls.crt and tls.key for one that speaks TLS.
The one called slow takes its time.
Prints the ports as JSON; ends when its stdin does.
"""

import asyncio
import json
import ssl
import sys
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from portico.echo.app import build
from portico.echo.server import BACKLOG, KEEPALIVE_SECONDS


async def main(arguments: list[str]) -> None:
    ports = {}
    for argument in arguments:
        name, address, *folder = argument.split("=")
        application = build(name)
        if name == "slow":
            application.middlewares.insert(0, slowly)
        runner = web.AppRunner(
            application,
            access_log=None,
            auto_decompress=False,
            handler_cancellation=True,
            keepalive_timeout=KEEPALIVE_SECONDS,
        )
        await runner.setup()
        secure = context(Path(folder[0])) if folder else None
        await web.TCPSite(runner, address, 0, backlog=BACKLOG, ssl_context=secure).start()
        ports[name] = runner.addresses[0][1]
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


@web.middleware
async def slowly(request: web.Request, handler: Handler) -> web.StreamResponse:
    await asyncio.sleep(0.2)
    return await handler(request)


def context(folder: Path) -> ssl.SSLContext:
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    return secure


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
