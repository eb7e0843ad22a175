"""What a demo is made of: the file demo.toml of its folder."""

from pathlib import Path

from msgspec import Struct, toml


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """In one of the manifests, `old` (as often as it stands there) becomes `new`."""

    file: str
    old: str
    new: str


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is done on stage, and what is to be noticed.

    `run` is a command of the machine `on`. One with `times` is asked that often and counted by the
    names in its answers. `names` are all who are to answer, `among` those who may; `finds` is what
    its output is to hold. With `until` it is asked again until all that is so. `off` and `back` are
    machines whose cable is pulled and put back.
    """

    say: str = ""
    on: str = "client"
    run: str = ""
    times: int = 1
    shows: tuple[str, ...] = ()
    names: frozenset[str] | None = None
    among: frozenset[str] | None = None
    finds: tuple[str, ...] = ()
    until: bool = False
    edit: Edit | None = None
    off: str = ""
    back: str = ""


class Story(Struct, frozen=True, forbid_unknown_fields=True):
    """Options of `portico up` for the balancer (none: a router), for nodes, and for those pods
    that are themselves Portico, by Service; `{node}` is the name of the node.
    """

    title: str
    nodes: int
    node: str
    steps: tuple[Step, ...]
    balancer: str = ""
    pods: dict[str, str] = {}

    @property
    def edge(self) -> str:
        """The machine between the client and the nodes."""
        return "balancer" if self.balancer else "router"


def story_of(folder: Path) -> Story:
    """Raises msgspec.ValidationError where the file is not as it should be."""
    return toml.decode((folder / "demo.toml").read_bytes(), type=Story)
