"""Routers of other people's making, from Debian, each in a space of its own: FRR and BIRD.

They are started by hand and end with the network; no service of the machine is touched.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from live.until import until
from support.netns import Space

FRR = Path("/usr/lib/frr")
BIRD = Path("/usr/sbin/bird")

needs_frr = pytest.mark.skipif(not (FRR / "bgpd").exists(), reason="Debian's frr is not installed")
needs_bird = pytest.mark.skipif(not BIRD.exists(), reason="Debian's bird2 is not installed")


class Frr:
    """zebra, bgpd and bfdd with one configuration, as `vtysh` shows it."""

    def __init__(self, space: Space, config: str) -> None:
        # Its daemons give up root, and the folders that pytest makes are private.
        folder = Path(tempfile.mkdtemp(prefix="frr-"))
        space.stack.callback(shutil.rmtree, folder)
        folder.chmod(0o777)
        self.space, self.folder = space, folder
        (folder / "frr.conf").write_text(f"log file {folder / 'frr.log'}\n{config}\n")
        self._daemons = [self._start("zebra")]
        # The others look for zebra once, and then again after ten seconds.
        until((folder / "zserv.api").exists, "FRR's zebra")
        self._daemons += [self._start(name) for name in ("bgpd", "bfdd")]
        until(self._listens, "FRR's three daemons")
        self.tell("vtysh", "-f", str(folder / "frr.conf"), plain=True)

    def show(self, what: str) -> dict:
        """`show WHAT json` as values."""
        return json.loads(self.tell(f"show {what} json"))

    def tell(self, *commands: str, plain: bool = False) -> str:
        """Commands of vtysh, one after another; what it prints."""
        if plain:
            words = [*commands[:1], "--vty_socket", str(self.folder), *commands[1:]]
        else:
            words = ["vtysh", "--vty_socket", str(self.folder)]
            words += [word for command in commands for word in ("-c", command)]
        return self.space.run(*words)

    def configure(self, *lines: str) -> None:
        self.tell("configure terminal", *lines)

    def routes(self, family: str = "ipv4") -> dict:
        """Prefix by prefix, the paths that bgpd has."""
        return self.show(f"bgp {family} unicast").get("routes", {})

    def route(self, prefix: str) -> dict:
        """One prefix with all its attributes; empty: unknown."""
        family = "ipv6" if ":" in prefix else "ipv4"
        return self.show(f"bgp {family} unicast {prefix}")

    def session(self, peer: str) -> str:
        """E.g. Established."""
        return self.show(f"bgp neighbors {peer}").get(peer, {}).get("bgpState", "")

    def kernel(self, family: str = "-4") -> str:
        return self.space.run("ip", family, "route", "show", "proto", "bgp")

    def kill(self, name: str) -> None:
        """End one daemon without a word."""
        process = dict(zip(("zebra", "bgpd", "bfdd"), self._daemons, strict=True))[name]
        process.kill()
        process.wait()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        folder = str(self.folder)
        return self.space.start(
            str(FRR / name), "-P", "0", "-A", "127.0.0.1",
            "-i", f"{folder}/{name}.pid", "-z", f"{folder}/zserv.api", "--vty_socket", folder,
            *(["--bfdctl", f"{folder}/bfdd.sock"] if name == "bfdd" else []),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _listens(self) -> bool:
        return all((self.folder / f"{name}.vty").exists() for name in ("zebra", "bgpd", "bfdd"))


class Bird:
    """bird with one configuration, as `birdc` shows it."""

    def __init__(self, space: Space, folder: Path, config: str) -> None:
        self.space, self.folder = space, folder
        folder.mkdir(parents=True)
        self._config = folder / "bird.conf"
        self._config.write_text(config)
        with (folder / "bird.log").open("wb") as log:
            self.process = space.start(
                str(BIRD), "-f", "-c", str(self._config), "-s", f"{folder}/bird.ctl",
                "-P", f"{folder}/bird.pid",
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        until((folder / "bird.ctl").exists, "bird's socket")

    def tell(self, *words: str) -> str:
        """A command of birdc; what it prints."""
        return self.space.run("birdc", "-r" if words[0] == "show" else "-v", "-s",
                              f"{self.folder}/bird.ctl", *words)  # fmt: skip

    def configure(self, config: str) -> None:
        self._config.write_text(config)
        self.tell("configure")

    def session(self, name: str) -> str:
        """E.g. Established."""
        for line in self.tell("show", "protocols").splitlines():
            words = line.split()
            if words and words[0] == name:
                return words[-1]
        return ""

    def route(self, prefix: str) -> str:
        """All of one prefix, as text."""
        return self.tell("show", "route", "for", prefix, "all")

    def kernel(self, family: str = "-4") -> str:
        return self.space.run("ip", family, "route", "show", "proto", "bird")
