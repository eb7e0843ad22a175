"""What the command line of a forward asks for, as typed values."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
from msgspec import Struct

from portico.forward.arguments import parse_ports, parse_words
from portico.forward.errors import UsageError
from portico.forward.kinds import check_segment
from portico.forward.lines import Spread
from portico.forward.listen import OnConflict
from portico.forward.options import Manner, Options, Request
from portico.forward.places import BOTH, Place, parse_places
from portico.kube.config.wish import Wish
from portico.lib.duration import parse_duration


class Wanted(Struct, frozen=True):
    """Everything that `portico forward` was told."""

    requests: tuple[Request, ...]
    options: Options
    wish: Wish
    folder: Path | None = None
    socks: tuple[tuple[Place, ...], int] | None = None
    pods: int = 1
    is_json: bool = False
    is_quiet: bool = False
    in_background: bool = False
    command: tuple[str, ...] = ()
    transport: str = ""
    """A form of streams; empty for whatever the server speaks."""
    half_close: str = ""


def wanted(words: Sequence[str], options: Mapping[str, Any]) -> Wanted:
    """Raises ForwardError."""
    found = _wanted(words, options)
    if found.options.manner is Manner.KUBECTL:
        _check_kubectl(found, options)
    if found.command and found.in_background:
        raise UsageError("--background and a command exclude each other")
    return found


_BEYOND_KUBECTL: Final = {
    "selector": "--selector", "all_ports": "--all-ports", "filename": "--filename",
    "folder": "--from", "only_ready": "--wait", "balance": "--balance", "pods": "--pods",
    "ignore_busy": "--ignore-busy", "socks": "--socks", "background": "--background",
    "transport": "--transport", "half_close": "--half-close",
}  # fmt: skip

_OF_TARGETS: Final = {"addresses": "--address", "all_ports": "--all-ports"}
_OF_PODS: Final = {"balance": "--balance", "pods": "--pods"}


def _check_kubectl(found: Wanted, options: Mapping[str, Any]) -> None:
    for name, said in _BEYOND_KUBECTL.items():
        if options[name]:
            raise UsageError(f"kubectl has nothing like {said}")
    if len(found.requests) > 1 or found.command or found.is_json:
        raise UsageError("kubectl forwards one target, in lines, and without a command")


def _wanted(words: Sequence[str], options: Mapping[str, Any]) -> Wanted:
    return Wanted(
        requests=_requests(words, options),
        pods=_pods(options),
        options=_options(options),
        wish=_wish(options),
        folder=_folder(options),
        socks=_socks(options["socks"]),
        is_json=options["output"] == "json",
        is_quiet=options["quiet"],
        in_background=options["background"],
        command=click.get_current_context().obj or (),
        transport=options["transport"] or "",
        half_close=options["half_close"] or "",
    )


def _requests(words: Sequence[str], options: Mapping[str, Any]) -> tuple[Request, ...]:
    check_segment("namespace", options["namespace"])
    listed = _listed(options)
    if not words and not options["selector"] and (listed or options["socks"]):
        _check_targets_unsaid(options)
        return listed
    places = parse_places(options["addresses"]) if options["addresses"] else BOTH
    common = {"namespace": options["namespace"], "places": places, "pods": _pods(options)}
    if selector := options["selector"]:
        ports = parse_ports(words)
        if not ports and not options["all_ports"]:
            raise UsageError("a selector needs ports", "say which, or --all-ports")
        return (*listed, Request(None, ports, labels=selector, **common))
    return listed + tuple(
        Request(each.target, each.ports, **common)
        for each in parse_words(words, all_ports=options["all_ports"])
    )


def _check_targets_unsaid(options: Mapping[str, Any]) -> None:
    """What belongs to targets of the command line would say nothing without one."""
    meant = _OF_TARGETS if options["socks"] else _OF_TARGETS | _OF_PODS
    for name, said in meant.items():
        if options[name]:
            how = "as --socks ADDRESS:PORT" if not options["filename"] else "in the file"
            raise UsageError(f"{said} is for targets that are named here", f"say it {how}")


def _listed(options: Mapping[str, Any]) -> tuple[Request, ...]:
    if not options["filename"]:
        return ()
    from portico.forward.file import read_forwards

    return read_forwards(Path(options["filename"]), options["namespace"])


def _pods(options: Mapping[str, Any]) -> int:
    pods: int = options["pods"] or (0 if options["balance"] else 1)
    return pods


def _socks(text: str) -> tuple[tuple[Place, ...], int] | None:
    if not text:
        return None
    address, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal() and int(port) < 65536):
        raise UsageError(f"--socks {text}: expected [ADDRESS:]PORT")
    return parse_places([address.strip("[]")]) if address else BOTH, int(port)


def _options(options: Mapping[str, Any]) -> Options:
    running = _duration("--pod-running-timeout", options["pod_running_timeout"])
    if running <= 0:
        raise UsageError("--pod-running-timeout must be higher than zero")
    return Options(
        running_timeout=running,
        connect_timeout=_duration("--connect-timeout", options["connect_timeout"], or_seconds=True),
        only_ready=options["only_ready"],
        spread=Spread(options["balance"] or "least-connections"),
        on_conflict=OnConflict(options["on_conflict"]),
        ignore_busy=options["ignore_busy"],
        request_timeout=_duration("--request-timeout", options["request_timeout"], or_seconds=True),
        manner=Manner(options["compat"] or "portico"),
    )


def _wish(options: Mapping[str, Any]) -> Wish:
    names = (
        "kubeconfig", "context", "cluster", "user", "namespace", "server", "tls_server_name",
        "certificate_authority", "insecure_skip_tls_verify", "disable_compression", "token",
        "client_certificate", "client_key", "as_user", "as_uid", "as_groups",
    )  # fmt: skip
    return Wish(**{name: options[name] for name in names})


def _folder(options: Mapping[str, Any]) -> Path | None:
    if not options["folder"]:
        return None
    path = Path(options["folder"])
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if options["socks"]:
        raise UsageError("--socks needs a cluster", "forward the Services one by one")
    return path


def _duration(option: str, text: str, *, or_seconds: bool = False) -> float:
    if or_seconds and text.isascii() and text.isdecimal():
        return float(text)
    try:
        return parse_duration(text)
    except ValueError as error:
        told = f'invalid argument "{text}" for "{option}" flag: {error}'
        raise UsageError(told, "write 10s, 1m30s or 500ms") from None
