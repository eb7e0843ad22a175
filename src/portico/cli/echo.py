"""`portico echo`: the demo backend."""

import asyncio
import signal

import click

from portico.cli.address import host_and_port

EPILOG = """\b
Examples:
  portico echo --listen 127.0.0.1:9001 --name cart-1
  curl 127.0.0.1:9001/status/503
  curl 127.0.0.1:9001/stream?count=3

Paths: /status/NNN /delay/SECONDS /bytes/N /stream /ws; any other path answers the request as JSON.
"""


@click.command(epilog=EPILOG)
@click.option(
    "--listen", metavar="IP:PORT", default="127.0.0.1:9000", show_default=True, help="Where to."
)
@click.option("--name", default="echo", show_default=True, help="The name it answers with.")
def command(listen: str, name: str) -> None:
    """Answer every request with JSON that tells what was asked."""
    from portico.echo import serve

    host, port = host_and_port(listen, "--listen")

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)

        def ready(port: int) -> None:
            click.echo(f"{name} listens on {host}:{port}")

        await serve(name, host, port, ready=ready, stop=stop)

    try:
        asyncio.run(run())
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
