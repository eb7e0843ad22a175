"""Requests and packets are asked about with the same words."""

import pytest

from explain.l4_plans import ALL, HERE, frontend, to
from portico.explain.packet import Packet
from portico.explain.question import explanation, parse_question
from portico.explain.request import Request, RequestError
from portico.plan.listener import HTTP, Listener
from support.plans import plan_of


def test_the_scheme_decides():
    assert isinstance(parse_question("tcp://192.0.2.1:80", client="192.0.2.7"), Packet)
    assert isinstance(parse_question("http://shop.example/", "HEAD", ["A: b"]), Request)
    assert isinstance(parse_question("shop.example"), Request)


@pytest.mark.parametrize(("question", "says"), [
    ({"url": "tcp://192.0.2.1:80", "method": "HEAD"},      "have a method and headers"),
    ({"url": "udp://192.0.2.1:80", "headers": ["a: b"]},   "have a method and headers"),
    ({"url": "http://a.example/", "client": "192.0.2.7"},  "--from goes with tcp://"),
])  # fmt: skip
def test_what_does_not_go_together(question, says):
    with pytest.raises(RequestError, match=says):
        parse_question(**question)


def test_both_are_answered_for_programs_and_for_people():
    listener = Listener(HTTP, ("::",), 80, tls=False, redirect_port=443)
    plan = plan_of(HERE, listener, frontend("10.96.0.10", to(ALL)), ALL)
    for url, result in (("tcp://10.96.0.10:80", "forwarded"), ("http://a.example/", "not found")):
        told = explanation(plan, parse_question(url))
        assert told["result"] == result
        assert told["text"][0].endswith(url) or url in told["text"][0]
