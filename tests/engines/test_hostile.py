"""Whatever text stands in an object: nginx.conf stays as it is, and nginx goes on.

Every string of every kind, values and keys, is replaced by each hostile text in turn. Then either
the route works literally, or somebody is told why it does not.
"""

import copy
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.compiler.compiler import Compiler
from portico.compiler.lower import LOWER
from portico.engines.nginx.snapshot import replay
from portico.plan.plan import diff
from portico.settings import Settings
from support.client import Client
from support.luajit import frame_text
from support.manifests import documents, problems_of, store_of

SAMPLE = Path(__file__).with_name("sample.yaml").read_text()
SETTINGS = Settings(bind=("127.0.0.1",))

CONTROL = """
{apiVersion: v1, kind: Service, metadata: {name: control}, spec: {ports: [{port: 80}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: control, labels: {kubernetes.io/service-name: control}}
ports: [{port: 9999}]
endpoints: [{addresses: [127.0.10.9]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: control, creationTimestamp: "2020-01-01T00:00:00Z"}
spec:
  ingressClassName: nginx
  rules:
  - host: control.example
    http:
      paths: [{path: /, pathType: Prefix, backend: {service: {name: control, port: {number: 80}}}}]
"""

HOSTILE = {
    "empty": "",
    "quotes": "\"'`",
    "line ends": "a\r\nb\nc",
    "braces": "}}\nserver { listen 1; }\n{{",
    "nginx": '/x;" ; return 200 "owned"; # {',
    "variables": "$host${host}$(id)`id`%d%s<<state>>{0}",
    "lua": "]] os.execute('id') --[[",
    "lua pattern": "%f[%w]%1().-*+?^$",
    "frames": "\nset 1 1\nab\nend 9 1\n",
    "nul": "/a\0b",
    "escapes": "\x1b[2J\x1b]0;owned\x07\x7f\x80",
    "surrogate": "/\ud800\udfff\udc41",
    "right to left": "/\u202e\u2066txt.exe\u2069\u200b\ufeff",
    "astral": "/😀\U0010ffff",
    "yaml": "!!python/object:os.system &a *a <<: [",
    "json": '","e":[],"x":{"',
    "path": "/../../etc/passwd",
    "slashes": "a/b/c/d",
    "percent": "/%2e%2e/%00/%zz%",
    "space": " /a b\t",
    "star": "*.*",
    "long": "/" + "x" * 1_000_000,
    "long name": "a" * 1_000_000,
    "deep": "/a" * 100_000,
}


def leaves(value, path=()):
    """Where the strings are: a value by its path, a key by its path and a mark."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), True
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    elif isinstance(value, str):
        yield path, False


def replaced(found, place, text):
    """A copy of the documents with one string replaced."""
    (*way, last), is_key = place
    changed = copy.deepcopy(found)
    parent = changed
    for step in way:
        parent = parent[step]
    if is_key:
        parent[text] = parent.pop(last)
    else:
        parent[last] = text
    return changed


def sample(port=80):
    return documents(SAMPLE, {"9999": port})


PLACES = list(leaves(sample()))


def compiled(found):
    """Store and plan; a step that raises is a bug, whatever it was given."""
    store = store_of(found)
    compiler = Compiler(store, SETTINGS)
    compiler.recompile(set(store.refs(LOWER)))
    assert compiler.bugs == []
    return store, compiler.plan


def told_of(store, plan):
    """What is refused, and where."""
    return {(told.because, told.owner, told.field) for told in problems_of(store, plan)}


def routes_of(found):
    """The hosts and paths that the documents ask for, as they stand there."""
    for document in found:
        spec = document.get("spec")
        if document.get("kind") == "Ingress" and isinstance(spec, dict):
            for rule in spec.get("rules", ()):
                paths = rule.get("http", {}).get("paths") or [{}]
                yield rule.get("host"), paths[0].get("path") or "/"


@pytest.fixture
def serving(shared_nginx, endpoints):
    """nginx with the control in place, and how it then looks from outside."""
    control = documents(CONTROL, {"9999": endpoints.port})
    shared_nginx.serve(compiled(control)[1])
    shared_nginx.control = control
    return shared_nginx


def looks(live):
    log = (live.folder / "error.log").read_text(errors="replace")
    return {
        "configuration": (live.folder / "nginx.conf").read_bytes(),
        "files": sorted(str(path) for path in live.folder.rglob("*")),
        "reloads": live.inspect()["reloads"],
        "processes": live.pids(),
        "complaints": [line for line in log.splitlines() if complains(line)],
    }


def complains(line):
    return any(mark in line for mark in ("[emerg]", "[alert]", "[crit]", "[lua]", "runtime error"))


@pytest.fixture
def client(serving):
    """One connection for all: it sees every change, as long as nginx goes on."""
    with Client(serving.https_port, tls=True, sni="shop.example") as client:
        yield client


def answer(client, host, path):
    return client.ask(quote(path, safe="/", errors="surrogateescape"), host).status


def works(client, found):
    return all(answer(client, host, path) == 200 for host, path in routes_of(found) if host)


@pytest.mark.nginx
@pytest.mark.parametrize("name", HOSTILE)
def test_every_string_may_be_hostile(serving, client, endpoints, name):
    before = looks(serving)
    clean = sample(endpoints.port)
    usual, served = told_of(*compiled(clean)), {}
    for place in PLACES:
        found = replaced(clean, place, HOSTILE[name])
        store, plan = compiled([*found, *serving.control])
        report = serving.converge(plan, diff(served, plan) if served else None)
        assert report.in_sync, (place, report.detail)
        served = plan
        assert answer(client, "control.example", "/any") == 200, place
        if told_of(store, plan) <= usual:
            assert works(client, found), f"{place}: neither served nor refused"
    assert looks(serving) == before


@pytest.mark.nginx
def test_the_sample_itself_works(serving, client, endpoints):
    clean = sample(endpoints.port)
    _, plan = compiled([*clean, *serving.control])
    serving.serve(plan)
    assert works(client, clean)


@pytest.mark.nginx
@pytest.mark.parametrize("path", [
    "/a b", "/a\tb", '/"quoted"', "/semi;colon", "/{brace}", "/$host", "/\\", "/a\nb", "/[[lua]]",
    "/%41", "/é", "/e\u0301", "/😀", "/\u202etxt", "/\x1b[2J", "/a:b", "/?", "/#", "/+", "/~", "/*",
    "/" + "x" * 4000, "/\ufeff", "/'", "/`id`", "/<<state>>", "/a=b&c", "/@answer", "/\x7f",
], ids=ascii)  # fmt: skip
def test_a_strange_path_works_literally(serving, client, endpoints, path):
    clean = documents(CONTROL, {"9999": endpoints.port})
    for kind in ("Prefix", "Exact"):
        for document in clean:
            if document["kind"] == "Ingress":
                declared = document["spec"]["rules"][0]["http"]["paths"][0]
                declared |= {"path": path, "pathType": kind}
        store, plan = compiled(clean)
        assert problems_of(store, plan) == []
        serving.serve(plan)
        assert answer(client, "control.example", path) == 200
        assert answer(client, "control.example", path + "/x") == (200 if kind == "Prefix" else 404)
        assert answer(client, "control.example", path + "x") == 404


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), st.text(st.characters(), max_size=30))
def test_any_text_anywhere_is_compiled_and_framed(place, text):
    _, plan = compiled(replaced(sample(), place, text))
    written = frame_text(plan)
    assert replay(written).size == len(written)
