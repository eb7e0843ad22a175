"""Where the objects come from that somebody has written: files, a cluster, or both."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from portico.settings import Settings
from portico.sources.contract import Source
from portico.sources.directory import Directory

if TYPE_CHECKING:
    from portico.sources.cluster.asked import Asked


@dataclass(frozen=True, slots=True)
class Origins:
    """Files come first: an object that stands in one is not taken from the cluster."""

    paths: tuple[Path, ...] = ()
    cluster: "Asked | None" = None

    def sources(
        self, settings: Settings, *, watch: bool, held: Path | None = None
    ) -> Iterator[Source]:
        """With `held`, a folder for the last good state of files and objects."""
        if self.paths:
            yield Directory(self.paths, watch=watch, held=held)
        if self.cluster is not None:
            # Imported on first use: who serves a folder need not wait for what asks clusters.
            from portico.sources.cluster.source import Cluster

            yield Cluster(
                self.cluster.access,
                settings,
                self.cluster.scope,
                held=None if held is None else held / "cluster",
            )
