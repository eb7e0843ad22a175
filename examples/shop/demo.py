"""Runs Portico on this shop, with echo backends behind it, until Ctrl-C. Leaves nothing behind."""

import argparse
import base64
import contextlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from portico.lib import clock
from portico.lib.self_signed import self_signed

SHOP = Path(__file__).parent
PORTICO = (sys.executable, "-m", "portico")
BACKENDS = (("web-1", 9001), ("web-2", 9002), ("cart-1", 9003))
HOST = "secure.shop.localhost"
PATIENCE = 30.0


def main() -> int:
    options = parsed()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portico-demo-")))
        manifests = manifests_with_free_ports(folder / "manifests", options.backend_ports)
        (folder / "manifests" / "tls.yaml").write_text(secret())
        for (name, _), port in zip(BACKENDS, options.backend_ports, strict=True):
            echo = (*PORTICO, "echo", "--listen", f"127.0.0.1:{port}", "--name", name)
            stack.enter_context(running(echo, quiet=True))
        up = stack.enter_context(running(up_command(options, manifests, folder / "state")))
        if not wait_until_ready(options.admin, up):
            return 1
        print(what_to_try(options, manifests), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            return up.wait()
        return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--http-port", type=int, default=8080)
    parser.add_argument("--https-port", type=int, default=8443)
    parser.add_argument("--admin", default="127.0.0.1:9180")
    parser.add_argument(
        "--backend-ports", type=int, nargs=3, default=[port for _, port in BACKENDS]
    )
    return parser.parse_args()


def manifests_with_free_ports(folder: Path, ports: list[int]) -> Path:
    """A copy to play with: edits here change traffic, and the example stays as it is."""
    folder.mkdir()
    for file in sorted(SHOP.glob("*.yaml")):
        text = file.read_text()
        for (_, wanted), port in zip(BACKENDS, ports, strict=True):
            text = text.replace(f"port: {wanted}\n", f"port: {port}\n")
        (folder / file.name).write_text(text)
    return folder


def up_command(options: argparse.Namespace, manifests: Path, state: Path) -> tuple[str, ...]:
    return (
        *PORTICO, "up", str(manifests),
        "--only", "http",  # the kernel of this machine is left alone
        "--http-port", str(options.http_port),
        "--https-port", str(options.https_port),
        "--admin", options.admin,
        "--state-dir", str(state),
        "--grace", "2",
    )  # fmt: skip


@contextlib.contextmanager
def running(command: tuple[str, ...], *, quiet: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    # A session of its own: Ctrl-C comes to us alone, and we end the others in order.
    output = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(command, start_new_session=True, stdout=output)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(admin: str, up: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and up.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://{admin}/readyz", timeout=1).close()
            return True
        time.sleep(0.1)
    print("portico did not become ready", file=sys.stderr)
    return False


def what_to_try(options: argparse.Namespace, manifests: Path) -> str:
    http, https = options.http_port, options.https_port
    admin = "" if options.admin == "127.0.0.1:9180" else f" --admin {options.admin}"
    return f"""
The shop is open. Try:

  curl http://shop.localhost:{http}/                 # web-1 and web-2 in turn
  curl http://shop.localhost:{http}/cart             # cart-1
  curl -i http://{HOST}:{http}/     # 308 to https
  curl -k https://{HOST}:{https}/   # cart-1, over TLS
  curl -N http://shop.localhost:{http}/stream        # server-sent events

  .venv/bin/portico status{admin}
  .venv/bin/portico explain http://shop.localhost/cart{admin}

Edit the files in {manifests}: traffic follows at once.
Ctrl-C ends it.
"""


def secret() -> str:
    """A certificate for the TLS host, as the Secret its Ingress names."""
    made = self_signed(HOST, HOST, clock.now(), days=30)
    return f"""apiVersion: v1
kind: Secret
metadata:
  name: shop-tls
  namespace: shop
type: kubernetes.io/tls
data:
  tls.crt: {base64.b64encode(made.certificate).decode()}
  tls.key: {base64.b64encode(made.key).decode()}
"""


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
