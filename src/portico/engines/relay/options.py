"""What the relay engine is told when it is made; nothing here comes from an object."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`state_dir` is Portico's; times are in seconds. Port 0: one is chosen once and kept."""

    state_dir: Path
    port: int = 0
    connections: int = 20_000
    connect_timeout: float = 3.0
    grace: float = 10.0

    @property
    def state(self) -> Path:
        """The directory of the engine's own."""
        return self.state_dir / "relay"
