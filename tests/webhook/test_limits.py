"""Who asks too much, too slowly or nonsense gets an error, and nobody else notices."""

import asyncio
import json
import logging
import socket
import ssl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live.until import eventually
from portico.webhook.judge import JUDGED
from portico.webhook.limits import Limits
from portico.webhook.review import NoReviewError, Question, Ruling, answer, read_review
from webhook.asking import review, running
from webhook.things import ingress

DEEP = b"[" * 100_000
HOSTILE = {
    "empty": b"",
    "no json": b"\xff\xfe{",
    "a list": b"[]",
    "null": b"null",
    "half": json.dumps(review(ingress())).encode()[:-5],
    "another version": b'{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview",'
    b'"request":{"uid":"1","kind":{"kind":"a","version":"b"}}}',
    "no request": b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}',
    "a number": b'{"apiVersion":1}',
    "deep": DEEP,
    "deep inside": b'{"apiVersion":"admission.k8s.io/v1","request":' + DEEP,
    "a lone surrogate": b'{"apiVersion":"\\ud800"}',
}

OBJECTS = {
    "null": b"null",
    "text": b'"x"',
    "deep": b"[" * 5_000 + b"]" * 5_000,
    "nested": b'{"metadata":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    "bytes": b'{"metadata":{"name":"\xff"}}',
    "surrogate": b'{"metadata":{"name":"\\ud800"}}',
    "huge": b'{"metadata":{"name":"a"},"spec":{"rules":[' + b'{"host":"A_"},' * 9999 + b"{}]}}",
}


@pytest.fixture
async def webhook(tmp_path):
    async with running(tmp_path) as found:
        yield found


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
async def test_what_is_no_question_gets_400(webhook, body, caplog):
    said = await asyncio.to_thread(webhook.post, body)
    assert said.status == 400
    assert b"AdmissionReview" in said.body
    assert len(said.body) < 1000
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


@pytest.mark.parametrize("item", OBJECTS.values(), ids=OBJECTS)
@pytest.mark.parametrize("kind", sorted(JUDGED.values()))
async def test_an_object_that_is_none_gets_a_verdict(webhook, item, kind, caplog):
    whole = review({"kind": kind}, "UPDATE", object="HERE", oldObject="HERE")
    body = json.dumps(whole).encode().replace(b'"HERE"', item)
    said = await asyncio.to_thread(webhook.post, body)
    # What is not even JSON inside is no question either.
    assert said.status in (200, 400)
    if said.status == 200:
        assert said.response["uid"] == "3a1b"
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


@given(st.binary(max_size=200) | st.builds(lambda each: json.dumps(each).encode(), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["apiVersion", "kind", "request", "uid", "object"]) | st.text(), inner),
)))  # fmt: skip
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_bytes_raise_anything_else(body):
    try:
        question = read_review(body)
    except NoReviewError:
        return
    assert isinstance(question, Question)
    assert json.loads(answer(question, Ruling()))["response"]["uid"] == question.uid


async def test_a_body_that_is_too_large_gets_413(tmp_path):
    async with running(tmp_path, limits=Limits(body=10_000)) as webhook:
        said = await asyncio.to_thread(webhook.post, b"x" * 20_000)
        assert said.status == 413
        large = ingress()
        large["metadata"]["annotations"] = {"a": "x" * 8000}
        assert (await asyncio.to_thread(webhook.ask, large)).allowed
        assert 'reason="large"} 1.0' in await asyncio.to_thread(webhook.metrics)


async def test_before_everything_is_known_there_is_no_verdict(tmp_path):
    async with running(tmp_path, is_synced=False) as webhook:
        said = await asyncio.to_thread(webhook.ask, ingress())
        assert said.status == 503
        assert await asyncio.to_thread(status_of, webhook, "/readyz") == 503
        assert await asyncio.to_thread(status_of, webhook, "/livez") == 200


async def test_a_slow_body_is_not_waited_for(tmp_path):
    async with running(tmp_path, limits=Limits(patience=0.2)) as webhook:
        told = await asyncio.to_thread(half_a_question, webhook)
        assert told.startswith(b"HTTP/1.1 408 ")


async def test_the_api_servers_own_patience_counts(tmp_path):
    limits = Limits(patience=60, margin=0.2)
    async with running(tmp_path, limits=limits) as webhook:
        told = await asyncio.to_thread(half_a_question, webhook, "?timeout=400ms")
        assert told.startswith(b"HTTP/1.1 408 ")


async def test_more_than_so_many_questions_at_a_time_get_503(tmp_path):
    async with running(tmp_path, limits=Limits(questions=1, patience=20)) as webhook:
        with await asyncio.to_thread(slow_question, webhook):
            await eventually(lambda: says(webhook, 503), "too many questions")
        await eventually(lambda: says(webhook, 200), "the other to give up")


async def says(webhook, status):
    return (await asyncio.to_thread(webhook.ask, ingress())).status == status


async def test_a_connection_that_says_nothing_is_ended(tmp_path):
    async with running(tmp_path, limits=Limits(silence=0.2)) as webhook:

        def wait():
            with slow_question(webhook, b"") as line:
                assert line.recv(100) == b""

        await asyncio.to_thread(wait)


async def test_more_than_so_many_connections_are_closed(tmp_path):
    async with running(tmp_path, limits=Limits(connections=1)) as webhook:

        def crowd():
            first = slow_question(webhook, b"POST /validate HTTP/1.1\r\n")
            with first, pytest.raises(OSError):  # noqa: PT011  # reset, or ended
                webhook.ask(ingress())

        await asyncio.to_thread(crowd)


def status_of(webhook, path):
    connection = webhook.connection()
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def half_a_question(webhook, query=""):
    head = f"POST /validate{query} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"
    with slow_question(webhook, head.encode()) as line:
        return line.recv(1000)


HALF = b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"


def slow_question(webhook, sent=HALF):
    trust = ssl.create_default_context(cafile=str(webhook.folder / "ca.crt"))
    raw = socket.create_connection(("127.0.0.1", webhook.port), timeout=20)
    line = trust.wrap_socket(raw, server_hostname="localhost")
    line.sendall(sent)
    return line
