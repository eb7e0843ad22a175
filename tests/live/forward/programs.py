"""The two programs, as they are started."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.kubectl import CURRENT
from support.kubectl import kubectl as program

Command = list[str | Path]


class Programs:
    """Both with the same kubeconfig, and with nothing of this machine's user."""

    def __init__(self, kubeconfig: Path, home: Path) -> None:
        self.kubeconfig = kubeconfig
        self._home = home

    @property
    def environment(self) -> Mapping[str, str]:
        return {"HOME": str(self._home), "XDG_CACHE_HOME": str(self._home), "KUBECONFIG": ""}

    def kubectl(self, words: Sequence[str], version: str = CURRENT) -> Command:
        known = (f"--kubeconfig={self.kubeconfig}", f"--cache-dir={self._home}/kubectl")
        return [program(version), *known, "port-forward", *words]

    def portico(self, words: Sequence[str]) -> Command:
        known = ("forward", f"--kubeconfig={self.kubeconfig}")
        return [sys.executable, "-m", "portico", *known, *words]

    def as_kubectl(self, words: Sequence[str]) -> Command:
        return self.portico(["--compat=kubectl", *words])
