"""What the ARP engine is told when it is made; nothing here comes from an object."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PORT: Final = 9181
"""UDP, of the heartbeats; nothing else may have it on the announcing network."""

EXCLUDED: Final = (
    r"^(docker|br-[0-9a-f]{12}$|cbr|dummy|virbr|lxcbr|veth|lo$|cali|tunl|flannel|kube-ipvs|cni"
    r"|nodelocaldns|lxc)"
)
"""As MetalLB leaves them out: what containers and virtual machines are plugged into. `br-` and a
number is Docker's; `br-lan` is the LAN of many a small router.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """`state_dir` is Portico's; times are in seconds. A node is given up after `misses` beats."""

    state_dir: Path
    node: str
    port: int = PORT
    interval: float = 0.1
    misses: int = 3
    refresh: float = 60.0
    interfaces: tuple[str, ...] = ()
    """None: all but those that are left out by name."""

    excluded: str = EXCLUDED
    secret_file: Path | None = None
    """One secret a line; the first signs, all are believed."""

    @property
    def state(self) -> Path:
        """The directory of the engine's own."""
        return self.state_dir / "arp"
