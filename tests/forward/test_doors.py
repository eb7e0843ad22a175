"""From the port that was asked to the one listened on and the one dialled."""

import pytest

from forward.objects_made import endpoint, pod, port, service, slice_of
from portico.forward.candidates import Candidate, from_pods, from_slices
from portico.forward.doors import Doors
from portico.forward.errors import ForwardError
from portico.forward.ports import Asked, parse_port

PORTS = (port(8080, "http"), port(8443, "https"), port(53, "dns", "UDP"), port(5353, "mdns", "UDP"),
         port(5353, "mdns-tcp"))  # fmt: skip


def at(*ports):
    (found,) = from_pods([pod("web-1", ports=ports)])
    return found


SERVICE = service(
    {"port": 80, "name": "http", "targetPort": "http"},
    {"port": 443, "name": "https", "targetPort": 8443},
    {"port": 9000, "name": "same"},
    {"port": 53, "name": "dns", "protocol": "UDP", "targetPort": 5353},
    {"port": 5353, "name": "both-udp", "protocol": "UDP"},
    {"port": 5353, "name": "both", "protocol": "TCP", "targetPort": 5300},
)


@pytest.mark.parametrize(
    ("text", "local", "dialled"),
    [
        ("80",         80,    8080),
        ("http",       80,    8080),   # the number of the Service's port
        ("8888:http",  8888,  8080),
        (":443",       0,     8443),
        ("9000",       9000,  9000),   # no targetPort: the same
        ("5353",       5353,  5300),   # TCP before UDP
        ("unix:/s:80", "/s",  8080),
    ],
)  # fmt: skip
def test_ports_of_a_service(text, local, dialled):
    doors, first = Doors(SERVICE), at(*PORTS)
    door = doors.door(parse_port(text), first)
    assert (door.local, doors.number(door.remote, first)) == (local, dialled)


@pytest.mark.parametrize(
    ("text", "local", "dialled"),
    [
        ("8080",       8080,  8080),
        ("9999",       9999,  9999),   # what a pod declares is no rule
        ("http",       8080,  8080),   # the number of the container's port
        ("8888:https", 8888,  8443),
        ("5353",       5353,  5353),   # also TCP
    ],
)  # fmt: skip
def test_ports_of_a_pod(text, local, dialled):
    doors, first = Doors(None), at(*PORTS)
    door = doors.door(parse_port(text), first)
    assert (door.local, doors.number(door.remote, first)) == (local, dialled)


@pytest.mark.parametrize(
    ("made", "text", "said"),
    [
        (SERVICE, "99",    "Service web does not have a service port 99"),
        (SERVICE, "nope",  "Service 'web' does not have a named port 'nope'"),
        (SERVICE, "53",    "UDP protocol is not supported for 53"),
        (SERVICE, "dns",   "UDP protocol is not supported for dns"),
        (None,    "nope",  "Pod 'web-1' does not have a named port 'nope'"),
        (None,    "53",    "UDP protocol is not supported for 53"),
        (None,    "dns",   "UDP protocol is not supported for dns"),
    ],
)  # fmt: skip
def test_ports_that_are_not_there(made, text, said):
    with pytest.raises(ForwardError) as raised:
        Doors(made).door(parse_port(text), at(*PORTS))
    assert raised.value.reason == said
    assert raised.value.hint


def test_a_name_is_another_number_in_each_pod():
    doors = Doors(SERVICE)
    assert [doors.number("http", at(port(n, "http"))) for n in (8080, 18080)] == [8080, 18080]
    with pytest.raises(ForwardError, match="Pod 'web-1' does not have a named port 'http'"):
        doors.number("http", at(port(8080, "web")))


def test_headless_services_mean_their_target_port_too():
    headless = service({"port": 9000, "targetPort": 19100}, cluster_ip="None")
    assert Doors(headless).number(9000, at()) == 19100
    assert Doors(headless, as_kubectl=True).number(9000, at()) == 9000


def test_without_a_selector_the_slice_has_the_number():
    made = service({"port": 5432, "name": "pg", "targetPort": 1}, selector=None)
    ports = [{"name": "other", "port": 1}, {"name": "pg", "port": 15432}]
    (found,) = from_slices([slice_of(endpoint("db-0"), ports=ports)])
    assert Doors(made).number(5432, found) == 15432


def test_all_ports_are_those_of_tcp():
    assert Doors(SERVICE).all_of(at()) == tuple(Asked(None, n) for n in (80, 443, 9000, 5353))
    assert Doors(None).all_of(at(*PORTS)) == tuple(Asked(None, n) for n in (8080, 8443, 5353))
    with pytest.raises(ForwardError, match="declares no TCP port"):
        Doors(None).all_of(Candidate("bare", pod=pod("bare")))
