"""Every way to say what is to be forwarded, beside kubectl on the same server.

Each row is typed to three programs: kubectl, `portico forward --compat=kubectl`, which says and
does the same to the letter, and `portico forward`. That one may add hints, and its exit codes tell
more: 2 for wrong usage, 3 for a cluster that does not answer. Every other difference is a row of
meant.py, with its reason.
"""

import re
import shlex
import socket
from contextlib import ExitStack

import pytest

from live.forward.conftest import TOKEN
from live.forward.meant import MEANT, Manner
from live.forward.outcome import outcome
from live.forward.programs import Programs
from live.forward.rows import ROWS, USUAL
from live.forward.shop import Shop, steady_port
from support.api_server import Rule, running_api_server
from support.forwarding import forwarding

READS = Rule(["get", "list"], ["", "apps"], ["pods", "deployments"])
HINT = "hint: "
NAMES = (
    (r"process \d+", "process {process}"),
    (r"[0-9a-f]{64}", "{sandbox}"),
    (r"/var/run/netns/[-\w]+", "{netns}"),
    (r' (?=" localPort=)', ""),  # the last thing that containerd says of a dial
)
CODES = {2: 1, 3: 1}
"""Of our exit codes the one of kubectl."""


class Table:
    """One server for all rows."""

    def __init__(self, shop, programs, busy, half):
        self._shop = shop
        self._programs = programs
        self._words = {**shop.words, "busy": busy, "half": half}

    def kubectl(self, row):
        return self._done(row, self._programs.kubectl, row.lines, row.ends)

    def portico(self, row, manner):
        meant = MEANT.get((row.typed, manner))
        lines = meant.ours.get("lines", row.lines) if meant else row.lines
        if manner is Manner.COMPAT:
            return self._done(row, self._programs.as_kubectl, lines, row.ends)
        found, pods = self._done(row, self._programs.portico, lines, False)
        err = tuple(line for line in found.err if not line.startswith(HINT))
        return found._replace(err=err, code=CODES.get(found.code, found.code)), pods

    def _said(self, text):
        """With names in place of what is different each time."""
        for name, number in self._words.items():
            text = text.replace(str(number), f"{{{name}}}")
        text = text.replace(str(self._programs.kubeconfig), "{kubeconfig}")
        for pattern, name in NAMES:
            text = re.sub(pattern, name, text)
        return text

    def _done(self, row, command, lines, ends):
        self._shop.server.on_nodes(lambda nodes: nodes.seen.clear())
        words = shlex.split(row.typed.format(**self._words))
        known = list(self._words.values())
        with forwarding(command(words), **self._programs.environment) as process:
            found = outcome(process, lines, connects=row.connects, ends=ends, known=known)
        seen = self._shop.server.on_nodes(lambda nodes: list(nodes.seen))
        out, err = (tuple(map(self._said, each)) for each in (found.out, found.err))
        return found._replace(out=out, err=err), {each.pod for each in seen}


@pytest.fixture(scope="session")
def table(apps, tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    with ExitStack() as stack:
        server = stack.enter_context(running_api_server(tls=True))
        server.access.user_by_token[TOKEN] = "admin"
        creates = Rule(["create"], [""], ["pods/portforward"])
        server.access.rules.update(
            viewer=[READS], maker=[READS, creates], nobody=[],
            looker=[Rule(["get"], ["apps"], ["deployments"])],
        )  # fmt: skip
        busy, half = steady_port(), steady_port()
        for host, port in (("127.0.0.1", busy), ("::1", busy), ("127.0.0.1", half)):
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            stack.enter_context(socket.create_server((host, port), family=family))
        programs = Programs(server.kubeconfig(folder, TOKEN), folder)
        yield Table(Shop(server, apps), programs, busy, half)


def pytest_generate_tests(metafunc):
    if "row" in metafunc.fixturenames:
        rows = ROWS if metafunc.config.getoption("whole_table") else USUAL
        metafunc.parametrize("row", rows, ids=str)


def test_said_and_done_as_kubectl(table, row, request):
    theirs, their_pods = table.kubectl(row)
    assert (theirs.code == 0) == (bool(row.lines) and not row.ends)
    if row.pod:
        assert their_pods == {row.pod}
    for manner in _manners(row, request.config.getoption("whole_table")):
        ours, our_pods = table.portico(row, manner)
        meant = MEANT.get((row.typed, manner))
        if meant is None:
            assert ours == theirs, manner
        else:
            assert ours != theirs, f"the same by now, though {meant.reason}"
            changes = {name: value for name, value in meant.ours.items() if name != "lines"}
            assert ours == theirs._replace(**changes), f"{manner}: {meant.reason}"
        if row.lines and (meant is None or "lines" not in meant.ours):
            assert our_pods == their_pods, manner


def _manners(row, is_whole):
    """Where both go the same way through the code, the stricter one is enough for every day."""
    is_own = row.connects or row.pod or (row.typed, Manner.OURS) in MEANT
    return Manner if is_whole or is_own else [Manner.COMPAT]


def test_every_difference_is_one_of_a_row():
    typed = {row.typed for row in ROWS}
    assert len(typed) == len(ROWS)
    assert {typed_one for typed_one, _ in MEANT} <= typed
