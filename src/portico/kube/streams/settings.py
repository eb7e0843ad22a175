"""How the streams to a pod are had."""

from msgspec import Struct

from portico.kube.streams.forms import Form
from portico.kube.streams.pod_stream import HalfClose
from portico.kube.streams.remembered import Remembered


class Settings(Struct, frozen=True):
    """The defaults are for people at a terminal."""

    form: Form | None = None
    """The only one to be tried."""
    sessions: int = 8
    """At most, above which they are shared."""
    half_close: HalfClose = HalfClose.DEFER
    reconnects: bool = True
    """Whether a session that has ended is replaced. If not, the first that ends ends all."""
    probe_port: int | None = None
    """A port that will be asked for, to see whether there are CHANNELS where nothing else is.
    Without it they are used only if the server speaks of them, or if they are forced."""
    remembered: Remembered = Remembered(None)
    """Which form the cluster speaks."""
