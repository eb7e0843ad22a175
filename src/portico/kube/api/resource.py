"""Where the objects of one kind are, on every API server."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind in one version."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """Of one object, or without a name of all; without a namespace, in all of them."""
        root = ("apis", self.group) if self.group else ("api",)
        place = ("namespaces", namespace) if self.namespaced and namespace else ()
        steps = [*root, self.version, *place, self.plural, name, subresource]
        return "".join(f"/{quote(step, safe='')}" for step in steps if step)

    def __str__(self) -> str:
        """As `kubectl get` takes it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural
