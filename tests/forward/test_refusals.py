"""What is said when it cannot be done, and with which exit code."""

import os
import socket

import pytest

from forward.conftest import TOKEN, answer
from live.until import until
from support.api_server import Rule
from support.kubelet.apps import HTTP
from support.kubelet.workloads import port, workload

READS = Rule(["get", "list", "watch"], ["", "discovery.k8s.io"],
             ["pods", "services", "endpointslices"])  # fmt: skip
FORWARDS = Rule(["get", "create"], [""], ["pods/portforward"])


@pytest.fixture
def refused(place, portico):
    """The lines and the code of a forward that ends by itself."""
    place.start("web-1")
    place.serve()

    def run(*words, **environment):
        process = portico(*words, **environment)
        code = process.ended()
        assert process.out == []
        return process.err, code

    return run


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        ((), "error: TYPE/NAME and list of ports are required for port-forward", 2),
        (("svc/web",), "error: TYPE/NAME and list of ports are required for port-forward", 2),
        (("web-1", "80", "--nope"), "error: unknown flag: --nope", 2),
        (("web-1", "80", "--address"), "error: flag needs an argument: --address", 2),
        (("web-1", "80", "--pods=0"),
         "error: Invalid value for '--pods': 0 is not in the range x>=1.", 2),
        (("-x", "--compat", "kubectl"), "error: unknown shorthand flag: 'x' in -x", 1),
        (("svc/nope", "80"), 'Error from server (NotFound): services "nope" not found', 1),
        (("nope", "80"), 'Error from server (NotFound): pods "nope" not found', 1),
        (("foo/web", "80"), 'error: the server doesn\'t have a resource type "foo"', 2),
        (("svc/web", "99"), "error: Service web does not have a service port 99", 1),
        (("web-1", "nope"), "error: Pod 'web-1' does not have a named port 'nope'", 1),
        (("web-1", "80", "--address", "x"), "error: x is not a valid IP", 2),
        (("web-1", "80", "--pod-running-timeout", "0"),
         "error: --pod-running-timeout must be higher than zero", 2),
        (("-l", "app=web"), "error: a selector needs ports", 2),
        (("web-1", ":80", "--background", "--", "true"),
         "error: --background and a command exclude each other", 2),
        (("web-1", ":80", "--compat=kubectl", "--wait"),
         "error: kubectl has nothing like --wait", 1),
        (("--socks=0", "--address=127.0.0.1"),
         "error: --address is for targets that are named here", 2),
        (("web-1", ":80", "--context", "nope"), "error: there is no context 'nope'", 2),
        (("web-1", ":80", "-s", "https://127.0.0.1:1"),
         "error: https://127.0.0.1:1 cannot be reached: Connection refused", 3),
        (("svc/a", "80", "svc/b", "80", "--compat=kubectl"),
         "error: kubectl forwards one target, in lines, and without a command", 1),
    ],
)  # fmt: skip
def test_in_kubectls_words(refused, words, said, code):
    lines, ended = refused(*words)
    assert (lines[0], ended) == (said, code)


def test_a_usage_error_leads_to_the_help(refused):
    lines, _ = refused("svc/web")
    assert lines[1] == "See 'portico forward -h' for help and examples"


def test_udp(place, refused):
    place.serve("dns", port(53, protocol="UDP"), app="web")
    lines, code = refused("svc/dns", ":53")
    assert lines == [
        "error: UDP protocol is not supported for 53",
        "hint: the API server carries nothing but TCP streams to pods; reach UDP by a node port "
        "or a load balancer",
    ]
    assert code == 1


@pytest.mark.parametrize(
    ("rules", "said", "shown"),
    [
        ([], 'Error from server (Forbidden): services "web" is forbidden: User "admin" cannot get '
             'resource "services" in API group "" in the namespace "default"',
         "kubectl auth can-i get services -n default"),
        ([Rule(["get"], [""], ["services"])],
         'Error from server (Forbidden): pods is forbidden: User "admin" cannot list resource '
         '"pods" in API group "" in the namespace "default"',
         "kubectl auth can-i list pods -n default"),
        ([READS],
         'error: error upgrading connection: pods "web-1" is forbidden: User "admin" cannot create '
         'resource "pods/portforward" in API group "" in the namespace "default"',
         "kubectl auth can-i create pods --subresource=portforward -n default"),
    ],
)  # fmt: skip
def test_without_a_right(place, refused, rules, said, shown):
    place.server.access.rules["admin"] = rules
    (first, hint), code = refused("svc/web", ":80")
    assert (first, code) == (said, 1)
    assert hint.endswith(f"; see: {shown}")


def test_the_rights_that_kubectl_needs_are_enough(place, portico):
    """No watch, no slices: it asks again and again, and still follows."""
    place.start("web-1")
    place.serve()
    few = Rule(["get", "list"], [""], ["pods", "services"])
    place.server.access.rules["admin"] = [few, FORWARDS]
    process = portico("svc/web", ":80").until_listening()
    place.start("web-2")
    place.remove("web-1")
    until(lambda: any("new connections go to web-2" in line for line in process.err), "the next")


def test_a_pod_needs_no_list(place, portico):
    place.start("web-1")
    place.server.access.rules["admin"] = [Rule(["get"], [""], ["pods"]), FORWARDS]
    process = portico("web-1", f":{HTTP}").until_listening()
    place.remove("web-1")
    until(lambda: any("there is no pod" in line for line in process.err), "it to be told")
    place.start("web-1")
    assert answer(process) == "web-1"


def test_a_token_that_has_ended(place, refused):
    del place.server.access.user_by_token[TOKEN]
    place.server.access.user_by_token["another"] = "admin"
    (first, *_), code = refused("svc/web", ":80")
    assert first.startswith("error: You must be logged in to the server (Unauthorized)")
    assert code == 1


def test_a_server_that_does_not_answer(place, refused):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (first, _), code = refused("svc/web", ":80", "-s", url, "--request-timeout=200ms")
    assert (first, code) == ("error: the API server has not answered within 0.2 s", 3)


def test_a_port_that_somebody_has(place, refused, endpoints_port):
    lines, code = refused("svc/web", f"{endpoints_port}:80")
    assert lines[0].startswith(f"error: unable to listen on 127.0.0.1:{endpoints_port}: ")
    assert lines[0].endswith(") has it")
    assert "--on-conflict next" in lines[1]
    assert code == 1


def test_one_of_several_ports_is_an_error_unless_it_is_no_matter(place, portico, endpoints_port):
    place.start("web-1")
    words = ("web-1", f"{endpoints_port}:{HTTP}", f":{HTTP}")
    process = portico(*words)
    assert process.ended() == 1
    process = portico("web-1", f":{HTTP}", f"{endpoints_port}:{HTTP}")
    assert process.ended() == 1
    assert process.out == [], "nothing is said to be forwarded"
    process = portico(*words, "--ignore-busy").until_listening(lines=2)
    assert process.err[0].startswith(f"web-1: Unable to listen on port {endpoints_port}: ") or (
        process.err[0].startswith(f"pod/web-1: Unable to listen on port {endpoints_port}: ")
    )


@pytest.mark.parametrize("how", ["next", "random"])
def test_another_port_in_its_place(place, portico, endpoints_port, how):
    place.start("web-1")
    process = portico("web-1", f"{endpoints_port}:{HTTP}", f"--on-conflict={how}")
    process.until_listening(lines=2)
    assert process.local[HTTP] != endpoints_port
    (told,) = process.err
    assert f"unable to listen on 127.0.0.1:{endpoints_port}: " in told
    assert told.endswith(f"(process {os.getpid()}) has it; another port in its place")


def test_no_pod_within_the_time(place, portico):
    place.serve()
    process = portico("svc/web", ":80", "--pod-running-timeout=300ms")
    assert process.ended() == 1
    assert process.err[-2:] == [
        "error: timed out waiting for the condition",
        "hint: after 0.3 s there is no pod; wait longer with --pod-running-timeout",
    ]


def test_a_pod_that_has_ended(place, refused):
    place.start("once", phase="Succeeded", is_ready=False)
    lines, code = refused("once", ":80")
    assert lines == [
        "error: unable to forward port because pod is not running. Current status=Succeeded"
    ]
    assert code == 1


def test_wait_means_ready(place, portico):
    place.start("web-1", is_ready=False)
    process = portico("web-1", f":{HTTP}", "--wait")
    until(lambda: process.err, "it to wait")
    assert process.err == [
        "pod/web-1: pod web-1 is not ready; new connections wait for a ready pod"
    ]
    place.become("web-1", ready=True)
    process.until_listening()


def test_a_service_without_pods(place, refused):
    place.serve("db", port(5432, name="pg"), selector=None)
    slice_ = {
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "db-1", "namespace": "default",
                     "labels": {"kubernetes.io/service-name": "db"}},
        "endpoints": [{"addresses": ["192.0.2.7"]}], "ports": [{"name": "pg", "port": 5432}],
    }  # fmt: skip
    place.server.put(slice_)
    lines, code = refused("svc/db", ":5432")
    assert lines == [
        "error: the endpoints of svc/db are no pods: 192.0.2.7",
        "hint: what forwards through the API server reaches pods only; connect to them directly",
    ]
    assert code == 1


def test_a_service_without_a_selector_whose_slice_names_pods(place, portico):
    place.start("web-1")
    place.serve("db", port(5432, 1, name="pg"), selector=None)
    ref = {"kind": "Pod", "name": "web-1", "namespace": "default"}
    place.server.put({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "db-1", "namespace": "default",
                     "labels": {"kubernetes.io/service-name": "db"}},
        "endpoints": [{"addresses": ["10.1.0.1"], "targetRef": ref}],
        "ports": [{"name": "pg", "port": HTTP}],
    })  # fmt: skip
    process = portico("svc/db", ":5432").until_listening()
    assert process.local.keys() == {HTTP}


def test_several_that_fail_are_told_of_once(place, refused):
    """The first of them; and nothing of asyncio's is printed for the others."""
    place.server.access.rules["admin"] = [Rule(["get"], [""], ["services"])]
    lines, code = refused("svc/web", ":80", "svc/web", ":81", "svc/web", ":82")
    assert code == 1
    assert [line.partition(" ")[0] for line in lines] == ["Error", "hint:"]


def test_a_workload_that_selects_everything(place, refused):
    document = workload("Deployment", "all")
    document["spec"]["selector"] = {}
    place.server.put(document)
    lines, code = refused("deploy/all", ":80")
    assert lines[0] == "error: deploy/all selects no pods in particular"
    assert code == 1


def test_another_name(place, refused):
    place.serve("ext", type="ExternalName", externalName="db.example.com", selector=None)
    lines, code = refused("svc/ext", ":80")
    assert lines == [
        "error: Service ext is another name for db.example.com, and has no pods",
        "hint: connect to db.example.com itself",
    ]
    assert code == 1
