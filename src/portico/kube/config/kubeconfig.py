"""Reads kubeconfigs and lays one over the other, as kubectl does.

The first file that has a name wins it with the whole entry, nothing of a later one is mixed in; the
first `current-context` that is not empty wins. Paths are relative to the file that they stand in.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec
from msgspec import Struct, field

from portico.kube.config.documents import Cluster, Context, Document, User
from portico.kube.config.errors import ConfigError

T = TypeVar("T", Cluster, User, Context)


class Entry(Struct, Generic[T], frozen=True):
    """A cluster, a user or a context, and where it stands."""

    value: T
    file: Path
    field: str

    def error(self, field: str, reason: str, hint: str = "") -> ConfigError:
        """An error that names the place; `field` is below the entry, or empty."""
        place = f"{self.field}.{field}" if field else self.field
        return ConfigError(f"{self.file}: {place} {reason}", hint)

    def path(self, name: str) -> Path:
        """A file that the entry names; `~` is no more than a letter here, as for kubectl."""
        return self.file.parent / name


class Kubeconfig(Struct, frozen=True):
    """Some files, laid one over the other."""

    files: tuple[Path, ...] = ()
    absent: tuple[Path, ...] = ()
    """Those that were looked for, and do not exist."""
    clusters: Mapping[str, Entry[Cluster]] = field(default_factory=dict)
    users: Mapping[str, Entry[User]] = field(default_factory=dict)
    contexts: Mapping[str, Entry[Context]] = field(default_factory=dict)
    current_context: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.clusters or self.users or self.contexts or self.current_context)


def read_kubeconfigs(files: Sequence[Path]) -> Kubeconfig:
    """Files that do not exist are left out. Raises ConfigError for those nobody can read."""
    read = [(file, document) for file in files if (document := _read(file)) is not None]
    clusters: dict[str, Entry[Cluster]] = {}
    users: dict[str, Entry[User]] = {}
    contexts: dict[str, Entry[Context]] = {}
    for file, document in read:
        _lay_under(clusters, file, "clusters", [(it.name, it.cluster) for it in document.clusters])
        _lay_under(users, file, "users", [(it.name, it.user) for it in document.users])
        _lay_under(contexts, file, "contexts", [(it.name, it.context) for it in document.contexts])
    current = next((it.current_context for _, it in read if it.current_context), "")
    there = tuple(file for file, _ in read)
    absent = tuple(file for file in files if file not in there)
    return Kubeconfig(there, absent, clusters, users, contexts, current)


def _lay_under(
    entries: dict[str, Entry[T]], file: Path, section: str, found: Iterable[tuple[str, T]]
) -> None:
    names: set[str] = set()
    for index, (name, value) in enumerate(found):
        place = f"{section}[{index}]"
        if name in names:
            reason = f"{place}.name {name!r} is there twice"
            raise ConfigError(f"{file}: {reason}", "remove one of the two, or give it another name")
        names.add(name)
        entries.setdefault(name, Entry(value, file, f"{place}.{section[:-1]}"))


_SHAPE: Final = "a kubeconfig is YAML or JSON with clusters, users and contexts"


def _read(file: Path) -> Document | None:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    parsed = _parse(file, content)
    try:
        document = msgspec.convert(_without_nulls(parsed), Document)
    except msgspec.ValidationError as error:
        told, hint = _complaint(str(error))
        raise ConfigError(f"{file}: {told}", hint) from None
    if (document.api_version, document.kind) != ("v1", "Config"):
        told = f"holds {document.api_version}/{document.kind}"
        raise ConfigError(f"{file}: {told}, not v1/Config", _SHAPE)
    return document


def _parse(file: Path, content: bytes) -> object:
    # Imported here: in a pod there is a service account and no YAML to read.
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(content)
    try:
        # Only the first document of a file counts, as for kubectl.
        return (loader.get_data() if loader.check_data() else None) or {}
    except yaml.YAMLError as error:
        where = str(getattr(error, "problem_mark", None) or "").strip()
        what = getattr(error, "problem", None) or str(error)
        raise ConfigError(f"{file}: is not YAML: {what} {where}".rstrip(), _SHAPE) from None
    except ValueError as error:  # a date that is none, bytes that are no text
        raise ConfigError(f"{file}: is not YAML: {error}", _SHAPE) from None
    finally:
        loader.dispose()


def _without_nulls(value: object) -> object:
    """A field that is null counts as a field that is not there."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls({} if item is None else item) for item in value]
    return value


_WORDS: Final = {
    "str": "text",
    "array": "a list",
    "object": "a mapping",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
}


def _complaint(message: str) -> tuple[str, str]:
    """`Expected …, got … - at `$.a.b`` becomes `a.b: expected …, got …`; and a hint."""
    what, _, path = message.partition(" - at `$")
    words = [_WORDS.get(word, word) for word in what.split("`")]
    text = "".join(words).replace("Expected", "expected")
    hint = "put it in quotes" if text.startswith("expected text, got") else _SHAPE
    return (f"{path.strip('.`')}: {text}" if path else text), hint
