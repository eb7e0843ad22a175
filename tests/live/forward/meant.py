"""Where `portico forward` does not say what kubectl says, and why."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Final, NamedTuple


class Manner(Enum):
    COMPAT = "compat"
    OURS = "ours"


class Meant(NamedTuple):
    """A reason, and what is different: of `out`, `err`, `code` and `lines` all of it."""

    reason: str
    ours: Mapping[str, Any]


Difference = tuple[tuple[str, Manner], Meant]

BOTH: Final = tuple(Manner)
HELP: Final = "See 'portico forward -h' for help and examples"
NO_NUMBER: Final = "Go's words for a number that is none tell nobody which ones there are"
NO_NAME: Final = "nothing of that form can be the name of a port, so no cluster is asked"
COLONS: Final = "kubectl forwards something else: it passes over what follows the second colon"
KUBECONFIG: Final = "what is wrong with a kubeconfig is told in the same words by all of Portico"
TAKEN: Final = "a port that cannot be had is an error; its holder is named"
WARNED: Final = "who may connect from elsewhere is told once"
WAITS: Final = "a pod may come, and may run, for as long as --pod-running-timeout says"


def _meant(
    rows: Iterable[str], reason: str, *, manners: Iterable[Manner] = BOTH, **ours: Any
) -> Iterator[Difference]:
    err = ours.get("err", ())
    changes = {**ours, **({"err": (err,) if isinstance(err, str) else err} if err != () else {})}
    for row in rows:
        for manner in manners:
            yield (row, manner), Meant(reason, changes)


def _both() -> Iterator[Difference]:
    few = "error: TYPE/NAME and list of ports are required for port-forward"
    yield from _meant(("", "shop-1", "pod/shop-1"), "its own help", err=(few, HELP))
    yield from _numbers()
    yield from _names()
    yield from _flags()
    yield from _meant(
        ["node/shop :{port}"], "what has no pods is not asked for",
        err="error: cannot attach to *v1.Node: selector for *v1.Node not implemented",
    )  # fmt: skip
    yield from _meant(
        ["elsewhere-1 :{port} -n nowhere"], "no right to read namespaces is needed",
        err='Error from server (NotFound): pods "elsewhere-1" not found',
    )  # fmt: skip
    yield from _meant(
        ["svc/outside {port}"], "it is told what the Service is",
        err="error: Service outside is another name for shop.example, and has no pods",
    )  # fmt: skip
    yield from _meant(
        ["shop-1 :{port} --as=viewer"], "only the newest kubectl says it in so many words",
        err='error: error upgrading connection: pods "shop-1" is forbidden: User "viewer" cannot '
        'create resource "pods/portforward" in API group "" in the namespace "default"',
    )  # fmt: skip
    yield from _meant(
        ["-- shop-1 :{port}"], "what follows -- is a command",
        err=(few, HELP), out=(), code=1, lines=0,
    )  # fmt: skip
    yield from _meant(
        ["shop-1 :{port} --address 127.0.0.001"], "kubectl takes it for an address, too, and then "
        "looks for a host of that name",
        err=(), out=("Forwarding from 127.0.0.1:R1 -> {port}",), code=0, lines=1,
    )  # fmt: skip


def _numbers() -> Iterator[Difference]:
    none = "error: error parsing {} port '{}': it is no number from {} to 65535"
    for row, text in (("shop-1 70000", "70000"), ("shop-1 {free}:70000", "70000"),
                      ("shop-1 65536", "65536"), ("svc/shop 70000", "70000")):  # fmt: skip
        yield from _meant([row], NO_NUMBER, err=none.format("remote", text, 1))
    for text in ("70000", "x"):
        yield from _meant([f"shop-1 {text}:{{port}}"], NO_NUMBER, err=none.format("local", text, 0))
    yield from _meant(["svc/shop 0"], NO_NUMBER, err="error: remote port must be > 0")


def _names() -> Iterator[Difference]:
    for text in ("+{port}", "1.5", "{free}-{port}"):
        told = f"error: '{text}' is neither a port nor the name of one"
        yield from _meant([f"shop-1 {text}"], NO_NAME, err=told)
    empty = ("shop-1 {free}:", "shop-1 :", "svc/shop {free}:")
    yield from _meant(empty, NO_NAME, err="error: remote port cannot be empty")
    told = "error: '{}' has more than one colon"
    yield from _meant(["shop-1 ::"], COLONS, err=told.format("::"))
    for target, text in (("shop-1", "{free}:{port}:1"), ("svc/shop", "{free}:{sold}:1")):
        row = f"{target} {text}"
        yield from _meant([row], COLONS, err=told.format(text), out=(), code=1, lines=0)


def _flags() -> Iterator[Difference]:
    usage = "See 'portico forward --help' for usage."
    for row, told in (
        ("shop-1 :{port} --nothing", "unknown flag: --nothing"),
        ("shop-1 :{port} -x", "unknown shorthand flag: 'x' in -x"),
        ("shop-1 -1", "unknown shorthand flag: '1' in -1"),
        ("shop-1 :{port} --address", "flag needs an argument: --address"),
    ):
        yield from _meant([row], "its own help", err=(f"error: {told}", usage))
    zero = "error: --pod-running-timeout must be higher than zero"
    rows = (f"shop-1 :{{port}} --pod-running-timeout={text}" for text in ("0", "0s", "-1s"))
    yield from _meant(rows, "the help says no more about it", err=zero)
    soon = 'error: invalid argument "soon" for "--pod-running-timeout" flag: time: invalid duration'
    row = "shop-1 :{port} --pod-running-timeout=soon"
    yield from _meant([row], "a hint says more than the help", err=f'{soon} "soon"')
    for kind in ("cluster", "user"):
        told = f"error: there is no {kind} 'nothing', which {{kubeconfig}} names in"
        row = f"shop-1 :{{port}} --{kind}=nothing"
        yield from _meant([row], KUBECONFIG, err=f"{told} contexts[0].context")
    for row, told in (
        ("context=nothing", "there is no context 'nothing'"),
        ("kubeconfig=/nothing", "/nothing: no such file"),
        ("server=https://127.0.0.1:1", "https://127.0.0.1:1 cannot be reached: Connection refused"),
    ):
        yield from _meant([f"shop-1 :{{port}} --{row}"], KUBECONFIG, err=f"error: {told}")


def _only_compat() -> Iterator[Difference]:
    row = "shop-1 {free}:{port} --address 127.0.0.1,192.0.2.1"
    leaves = "kubectl leaves the address open that it then says it has not"
    yield from _meant([row], leaves, out=())
    yield from _meant(["shop-1 {half}:{port} --address 127.0.0.1,::1"], leaves, out=())


def _only_ours() -> Iterator[Difference]:
    yield from _listening()
    yield from _waiting()
    for row, local in (("svc/headless {sold}", "{sold}"), ("svc/headless :web", "R1")):
        out = tuple(
            f"Forwarding from {host}:{local} -> {{port}}" for host in ("127.0.0.1", "[::1]")
        )
        yield from _meant(
            [row], "kubectl forgets the targetPort, and nobody listens there", out=out
        )
    yield from _meant(
        ["svc/loose {sold}"], "an EndpointSlice may name a pod for it",
        err="error: svc/loose is defined without a selector, and no EndpointSlice names a pod "
        "for it",
    )  # fmt: skip
    dialled = (
        'failed to connect to localhost:9 inside namespace "{sandbox}", IPv4: dial tcp4 '
        "127.0.0.1:9: connect: connection refused IPv6 dial tcp6 [::1]:9: connect: connection "
        "refused"
    )
    told = (
        "an error occurred forwarding R1 -> 9: the pod did not take the connection: error "
        "forwarding port 9 to pod {sandbox}, uid : failed to execute portforward in network "
        f'namespace "{{netns}}": {dialled}'
    )
    yield from _meant(["shop-1 :9"], "only that connection ends", err=told, code=0)
    for address in ("0.0.0.0", "::"):
        told = f"warning: {address}: others on the network can connect there"
        yield from _meant([f"shop-1 :{{port}} --address {address}"], WARNED, err=told)


def _listening() -> Iterator[Difference]:
    taken = "error: unable to listen on 127.0.0.1:{}: python (process {{process}}) has it"
    busy, half = taken.format("{busy}"), taken.format("{half}")
    yield from _meant(["shop-1 {busy}:{port}"], TAKEN, err=busy)
    yield from _meant(["shop-1 {busy}:{port} --address 127.0.0.1"], TAKEN, err=busy)
    yield from _meant(["shop-1 {busy}:{port} :{port}"], TAKEN, err=busy, out=(), code=1, lines=0)
    yield from _meant(["shop-1 :{port} {busy}:{port}"], TAKEN, err=busy, out=(), code=1, lines=0)
    yield from _meant(["shop-1 {half}:{port}"], TAKEN, err=half, out=(), code=1, lines=0)
    yield from _meant(["shop-1 {half}:{port} --address 127.0.0.1"], TAKEN, err=half)
    yield from _meant(["shop-1 {half}:{port} --address 127.0.0.1,::1"], TAKEN, err=half, out=())
    same = "error: unable to listen on 127.0.0.1:{port}: this command has it already"
    yield from _meant(["shop-1 {port} {port}"], TAKEN, err=same, out=(), code=1, lines=0)
    warned = "warning: 192.0.2.1: others on the network can connect there"
    absent = "error: unable to listen on 192.0.2.1:{free}: Cannot assign requested address"
    for addresses in ("192.0.2.1", "127.0.0.1,192.0.2.1"):
        row = f"shop-1 {{free}}:{{port}} --address {addresses}"
        yield from _meant([row], TAKEN, err=(warned, absent), out=())


def _waiting() -> Iterator[Difference]:
    end = "error: timed out waiting for the condition"
    for row, target, why in (
        ("deploy/empty :{port}", "deploy/empty", "there is no pod"),
        ("svc/empty :{sold}", "svc/empty", "there is no pod"),
        ("pending :{port}", "pod/pending", "pod pending is not running (Pending)"),
        ("unknown :{port}", "pod/unknown", "pod unknown is not running (Unknown)"),
        ("deploy/pending-app :{port}", "deploy/pending-app", "pod pending-1 is not running "
         "(Pending)"),
    ):  # fmt: skip
        told = f"{target}: {why}; new connections wait for a ready pod"
        yield from _meant([f"{row} --pod-running-timeout=1s"], WAITS, err=(told, end))


def _all() -> dict[tuple[str, Manner], Meant]:
    found = dict(_both())
    for one, differences in ((Manner.COMPAT, _only_compat()), (Manner.OURS, _only_ours())):
        found |= {key: meant for key, meant in differences if key[1] is one}
    return found


MEANT: Final = _all()
