"""Every form of target and port that kubectl takes, and what is wrong with others."""

import pytest

from portico.forward.arguments import parse_words
from portico.forward.errors import ForwardError, UsageError
from portico.forward.kinds import KINDS, parse_target
from portico.forward.ports import Asked, parse_port


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("web-1", "Pod", "web-1"),
        ("po/web-1", "Pod", "web-1"),
        ("pods/web-1", "Pod", "web-1"),
        ("pod/list", "Pod", "list"),
        ("svc/web", "Service", "web"),
        ("services/web", "Service", "web"),
        ("Service/web", "Service", "web"),
        ("services.v1./web", "Service", "web"),
        ("deploy/web", "Deployment", "web"),
        ("deployments.apps/web", "Deployment", "web"),
        ("deployment.v1.apps/web", "Deployment", "web"),
        ("sts/db", "StatefulSet", "db"),
        ("ds/agent", "DaemonSet", "agent"),
        ("rs/web-5d", "ReplicaSet", "web-5d"),
        ("rc/old", "ReplicationController", "old"),
        ("job/once", "Job", "once"),
        ("jobs.batch/once", "Job", "once"),
    ],
)
def test_targets(text, kind, name):
    target = parse_target(text)
    assert (target.kind.resource.kind, target.name) == (kind, name)


def test_no_name_means_two_kinds():
    names = [name for kind in KINDS for name in kind.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("foo/web",             'the server doesn\'t have a resource type "foo"'),
        ("deployments.foo/web", 'the server doesn\'t have a resource type "deployments.foo"'),
        ("a/b/c",               "more than one slash"),
        ("/web",                "single resource and name"),
        ("svc/",                "single resource and name"),
        ("..",                  'invalid resource name "..": [may not be \'..\']'),
        ("svc/.",               'invalid resource name ".": [may not be \'.\']'),
        ("pod/a%2fb",           'invalid resource name "a%2fb": [may not contain \'%\']'),
        ("cronjob/nightly",     "cannot attach to *v1.CronJob: selector for *v1.CronJob not"),
        ("ing/web",             "cannot attach to *v1.Ingress"),
        ("ingresses/web",       "cannot attach to *v1.Ingress"),
    ],
)  # fmt: skip
def test_targets_that_are_none(text, said):
    with pytest.raises(ForwardError) as raised:
        parse_target(text)
    assert said in raised.value.line


@pytest.mark.parametrize(
    ("text", "local", "remote"),
    [
        ("5000",                None,     5000),
        ("8888:5000",           8888,     5000),
        (":5000",               0,        5000),
        ("0:5000",              0,        5000),
        ("http",                None,     "http"),
        ("8080:http",           8080,     "http"),
        (":http",               0,        "http"),
        ("8443:https-2",        8443,     "https-2"),
        ("unix:/run/db:5432",   "/run/db", 5432),
        ("unix:/a:b/db:pg",     "/a:b/db", "pg"),
        ("unix:db.sock:pg",     "db.sock", "pg"),
    ],
)  # fmt: skip
def test_ports(text, local, remote):
    assert parse_port(text) == Asked(local, remote)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:b:c",        "more than one colon"),       # kubectl takes it for a:a
        ("8080:",        "remote port cannot be empty"),
        ("",             "remote port cannot be empty"),
        ("0",            "remote port must be > 0"),
        ("8080:0",       "remote port must be > 0"),
        ("70000",        "error parsing remote port '70000'"),
        ("70000:80",     "error parsing local port '70000'"),
        ("https:8443",   "error parsing local port 'https'"),
        ("٣:80",         "error parsing local port '٣'"),
        ("Http",         "neither a port nor the name of one"),
        ("a--b",         "neither a port nor the name of one"),
        ("sixteen-letters-",  "neither a port nor the name of one"),
        ("unix:5432",    "no unix socket and port"),
        ("unix:/run/db:", "remote port cannot be empty"),
    ],
)  # fmt: skip
def test_ports_that_are_none(text, said):
    with pytest.raises(UsageError, match=said) as raised:
        parse_port(text)
    assert raised.value.code == 2


def test_many_targets_each_with_its_ports():
    words = ["svc/a", "8080:80", "8443:https", "svc/b", "unix:/run/b:90", "web-1"]
    first, second = parse_words(words)
    assert (first.target.name, first.ports) == ("a", (Asked(8080, 80), Asked(8443, "https")))
    assert second.target.name == "b"
    # Only the first word may be a pod without its type, as ports have names, too.
    assert second.ports == (Asked("/run/b", 90), Asked(None, "web-1"))


@pytest.mark.parametrize(
    "words", [[], ["web-1"], ["svc/a", "80", "svc/b"], ["svc/a", "svc/b", "80"]]
)
def test_a_target_without_ports(words):
    with pytest.raises(
        UsageError, match="TYPE/NAME and list of ports are required for port-forwar"
    ):
        parse_words(words)


def test_all_ports_are_said_once():
    first, second = parse_words(["svc/a", "svc/b"], all_ports=True)
    assert (first.ports, second.ports) == ((), ())
    with pytest.raises(UsageError, match="exclude each other"):
        parse_words(["svc/a", "80"], all_ports=True)
