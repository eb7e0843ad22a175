"""The words of the command line: targets, and after each its ports."""

from collections.abc import Sequence
from typing import NamedTuple

from portico.forward.errors import UsageError
from portico.forward.kinds import Target, parse_target
from portico.forward.ports import Asked, looks_like_port, parse_port


class Wanted(NamedTuple):
    """One target and its ports. No ports: all it has, if that was asked for."""

    target: Target
    ports: tuple[Asked, ...] = ()


def parse_words(words: Sequence[str], *, all_ports: bool = False) -> tuple[Wanted, ...]:
    """The first word is a target; so is every other one of the form TYPE/NAME.

    Raises UsageError and ForwardError.
    """
    groups: list[list[str]] = []
    for word in words:
        if not groups or not looks_like_port(word):
            groups.append([])
        groups[-1].append(word)
    if not groups:
        raise _too_few()
    return tuple(_wanted(group, all_ports=all_ports) for group in groups)


def parse_ports(words: Sequence[str]) -> tuple[Asked, ...]:
    """Where the targets are said in another way. Raises UsageError."""
    targets = [word for word in words if not looks_like_port(word)]
    if targets:
        raise UsageError(f"{targets[0]} and a selector exclude each other", "say only one of them")
    return tuple(map(parse_port, words))


def _wanted(words: list[str], *, all_ports: bool) -> Wanted:
    target = parse_target(words[0])
    if len(words) == 1 and not all_ports:
        raise _too_few()
    if len(words) > 1 and all_ports:
        raise UsageError(f"{words[1]} and --all-ports exclude each other", "say only one of them")
    return Wanted(target, tuple(map(parse_port, words[1:])))


def _too_few() -> UsageError:
    return UsageError(
        "TYPE/NAME and list of ports are required for port-forward",
        "See 'portico forward -h' for help and examples",
    )
