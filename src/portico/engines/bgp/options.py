"""What the BGP engine is told when it is made; nothing here comes from an object."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`state_dir` is Portico's, `daemon` is exabgp or bird. Times are in seconds."""

    state_dir: Path
    node: str
    daemon: str = "exabgp"
    grace: float = 10.0
    """How long routers may take to be told that routes end."""

    @property
    def state(self) -> Path:
        """The directory of the speaker and its daemon."""
        return self.state_dir / "bgp"

    @property
    def bfd_state(self) -> Path:
        """The directory of the BFD process."""
        return self.state_dir / "bfd"
