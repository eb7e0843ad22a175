"""An answer about a packet, for programs."""

import json

from explain.l4_plans import ALL, HERE, LOCAL, LOST, frontend, health_port, to
from portico.explain.hops import follow
from portico.explain.packet import parse_packet
from portico.explain.packet_document import packet_document
from portico.plan.frontend import Masquerade
from portico.settings import Entry
from support.plans import plan_of


def document(url, *units, client=""):
    packet = parse_packet(url, client)
    got = packet_document(packet, follow(plan_of(HERE, *units), packet))
    assert json.loads(json.dumps(got)) == got
    return got


def test_every_hop_is_in_the_document():
    forwarding = to(LOCAL, Masquerade.OWN, inside=ALL, sources=["10.0.0.0/8"])
    web = frontend("203.0.113.1", forwarding, Entry.LOAD_BALANCER, refused=(LOST,))
    got = document("tcp://203.0.113.1:80", web, ALL, LOCAL, client="10.2.0.12")
    assert got["packet"] == {"to": "tcp://203.0.113.1:80", "from": "10.2.0.12"}
    assert (got["result"], got["why"]) == ("forwarded", None)
    assert got["client"] == {"is": "a pod", "letInBy": "10.0.0.0/8"}
    assert (got["entrance"]["kind"], got["entrance"]["name"]) == (
        "frontend",
        "tcp/203.0.113.1/80",
    )
    assert got["forwarding"] == {
        "family": "ipv4",
        "pool": LOCAL.key.name,
        "masquerade": "own",
        "inside": ALL.key.name,
        "sources": ["10.0.0.0/8"],
    }
    assert (got["policy"]["name"], got["policy"]["isShortCut"]) == ("Local", True)
    assert got["pool"]["name"] == ALL.key.name
    assert [(a["address"], a["isMasqueraded"], a["sees"]) for a in got["arrivals"]] == [
        ("10.2.0.11", False, "10.2.0.12"),
        ("10.2.0.12", True, "this machine"),
    ]
    assert [lost["because"] for lost in got["lost"]] == ["PathTaken"]


def test_what_was_not_found_is_null():
    got = document("tcp://203.0.113.1:80")
    empty = ("entrance", "forwarding", "policy", "pool", "answeredBy")
    assert {name: got[name] for name in empty} == dict.fromkeys(empty)
    assert (got["result"], got["arrivals"], got["lost"]) == ("not served", [], [])
    assert got["why"] == "nobody asked Portico for this address"
    assert got["packet"]["from"] is None


def test_a_client_nobody_named():
    got = document("tcp://10.96.0.10:80", frontend("10.96.0.10", to(ALL)), ALL)
    assert {arrival["sees"] for arrival in got["arrivals"]} == {"the client"}


def test_who_answers_here():
    got = document("tcp://192.0.2.1:32222", health_port(32222))
    assert (got["result"], got["answeredBy"]["name"]) == ("answered here", "32222")
