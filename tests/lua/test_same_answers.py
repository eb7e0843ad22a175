"""explain and the Lua router walk the same plan to the same end, whatever plan and request."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.witnesses import ends_of
from portico.explain.explain import explain
from portico.explain.request import Request
from portico.plan.key import LISTENER, Key
from portico.plan.listener import Listener
from support.luajit import Ask, routed
from support.plans import addresses, backend, certificate, plan_of, site

BACKENDS = ("one", "two", "none", "missing")
UNITS = (backend("one", *addresses(80, 1)), backend("two", *addresses(80, 2, 3)), backend("none"))

# Few and alike, so that paths and hosts meet.
ELEMENTS = st.sampled_from(["a", "b", "ab", "aa", "A", "é", "e\u0301", "%", "a b", ":", "\n", "*"])
LABELS = st.sampled_from(["a", "b", "ab", "x-y", "x_y", "*", "é", "$", ""])

# Names of Services never have line ends, but keys of sites could: nothing may depend on it.
paths = st.lists(ELEMENTS, max_size=4).map(lambda found: "/" + "/".join(found))
exact_paths = st.builds(lambda path, slash: path + slash, paths, st.sampled_from(["", "/"]))
hosts = st.lists(LABELS, min_size=1, max_size=3).map(".".join)
site_hosts = st.one_of(hosts, hosts.map(lambda host: f"*.{host}"), st.just(""))
names = st.sampled_from(BACKENDS)


@st.composite
def sites(draw):
    return site(
        draw(site_hosts),
        draw(st.dictionaries(paths, names, max_size=5)),
        exact=draw(st.dictionaries(exact_paths, names, max_size=3)),
        default=draw(st.sampled_from(["", "one", "missing"])),
        tls=draw(st.sampled_from([None, "", CERTIFICATE.key])),
        redirects=draw(st.booleans()),
    )


CERTIFICATE = certificate("tls", None)
LISTENERS = [
    Listener(Key(LISTENER, name), ("127.0.0.1",), 80, tls=name == "https", redirect_port=443)
    for name in ("http", "https")
]
requests = st.builds(
    Ask,
    st.sampled_from(["http", "https"]),
    hosts.filter(bool),
    st.builds(lambda path, end: path + end, paths, st.sampled_from(["", "/", "/x", "x"])),
)


def told(plan, ask):
    """What explain says, in the words of the router."""
    ends = ends_of(explain(plan, Request(ask.scheme, ask.host, ask.path, ask.path)))
    return ends.reaches or str(ends.answers)


@settings(max_examples=60, deadline=None)
@given(st.lists(sites(), max_size=12), st.lists(requests, min_size=1, max_size=80))
def test_explain_and_the_router_agree(found, asked):
    plan = plan_of(*UNITS, CERTIFICATE, *LISTENERS, *found)
    # Hosts that have a site are asked for, too, not only those that chance finds.
    asked += [Ask("http", unit.host.replace("*", "a"), "/a/b") for unit in found if unit.host]
    assert routed(plan, asked) == [told(plan, ask) for ask in asked]
