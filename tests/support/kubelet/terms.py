"""How a node behaves, as far as nodes and their versions differ, and what goes wrong with it."""

from dataclasses import dataclass


@dataclass
class Terms:
    """A test may change them at any time; sessions look when it matters."""

    serves_tunnel: bool = True
    """SPDY within a WebSocket, as from 1.31 on. An older server takes it for a request of the
    legacy form and misses the ports."""
    needs_create: bool = True
    """A WebSocket needs the right to create besides that to get, as from 1.35 on."""
    resets: bool = True
    """Where the application resets its connection both streams are reset, as from 1.32 on.
    Older nodes write an error."""
    ends_bytes_first: bool = True
    """The bytes of a connection end before it is said what was wrong with it, as containerd has it
    up to 2.2, and CRI-O."""
    ends_sessions: bool = True
    """Sessions end with their pod. Where they do not, every further dial fails."""
    grace: float = 1.0
    """Seconds for the other direction when one has ended; earlier containerd had 0.5."""
    pairing: float = 30.0
    """Seconds in which both streams of a connection must come."""
    delay: float = 0.0
    """Seconds that everything takes on its way, each way."""
    idle_cut: float = 0.0
    """A balancer resets connections after so many seconds without a byte; 0 for never."""
    unreachable_after: float = 0.2
    """Seconds until the API server gives up on a node that is gone; 30 of a real one."""
