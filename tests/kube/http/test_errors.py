"""What becomes of answers that are no good ones."""

import asyncio

import pytest

from kube.http.origin import BODY, Origin, answer, status
from portico.kube.config.access import Access
from portico.kube.config.credentials import bearer
from portico.kube.config.errors import CredentialError
from portico.kube.config.server import Server
from portico.kube.http.client import Client
from portico.kube.http.errors import (
    AnswerError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    ServerError,
    TooManyRequestsError,
    UnauthorizedError,
    status_error,
)
from portico.kube.http.request import Request
from portico.kube.http.status import Denied, Status, read_denied, read_status

PODS = Request("GET", "/api/v1/namespaces/shop/pods/web")


def client_of(origin, **more):
    return Client(Access(Server("http", "127.0.0.1", origin.port), **more))


async def refused(raw, request=PODS):
    async with Origin(raw, answer()) as origin, client_of(origin) as client:
        with pytest.raises(AnswerError) as caught:
            await client.read(request)
        # Who was refused can ask again on the same connection.
        assert await client.read(request) == BODY
        assert origin.connections == 1
        return caught.value, f"GET http://127.0.0.1:{origin.port}{request.path}: "


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (401, "Unauthorized", UnauthorizedError),
        (403, "Forbidden", ForbiddenError),
        (404, "NotFound", NotFoundError),
        (409, "Conflict", ConflictError),
        (409, "AlreadyExists", ConflictError),
        (410, "Expired", GoneError),
        (422, "Invalid", InvalidError),
        (429, "TooManyRequests", TooManyRequestsError),
        (500, "InternalError", ServerError),
        (504, "Timeout", ServerError),
        (400, "BadRequest", AnswerError),
    ],
)
async def test_each_kind_of_refusal(code, reason, kind):
    error, asked = await refused(status(code, reason, "no, thank you", name="web", kind="pods"))
    assert type(error) is kind
    assert error.code == code
    assert error.status.reason == reason
    assert error.status.details.name == "web"
    assert str(error).startswith(f"{asked}no, thank you")


async def test_who_may_not_learns_what_a_role_has_to_allow():
    message = (
        'pods "web" is forbidden: User "system:serviceaccount:shop:portico" cannot get resource '
        '"pods" in API group "" in the namespace "shop"'
    )
    error, asked = await refused(status(403, "Forbidden", message))
    assert error.denied == Denied("system:serviceaccount:shop:portico", "get", "pods", "", "shop")
    assert str(error) == f"{asked}{message}; a role has to allow: get pods in namespace shop"


@pytest.mark.parametrize(
    ("message", "denied"),
    [
        (
            'ingresses.networking.k8s.io is forbidden: User "u" cannot list resource "ingresses" '
            'in API group "networking.k8s.io" at the cluster scope',
            "list ingresses.networking.k8s.io in the whole cluster",
        ),
        (
            'ingresses.networking.k8s.io "a" is forbidden: User "u" cannot patch resource '
            '"ingresses/status" in API group "networking.k8s.io" in the namespace "x"',
            "patch ingresses/status.networking.k8s.io in namespace x",
        ),
        ('forbidden: User "u" cannot get path "/metrics"', "get /metrics in the whole cluster"),
        ("quota exceeded", "None"),
    ],
)
def test_what_is_denied_is_read_from_the_sentence(message, denied):
    assert str(read_denied(message)) == denied


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        (answer(b"", "429 Too Many Requests", "Retry-After: 7"), 7),
        (status(429, "TooManyRequests", "later", retryAfterSeconds=3), 3),
        (answer(b"", "503 Service Unavailable", "Retry-After: soon"), None),
        (answer(b"", "503 Service Unavailable"), None),
    ],
)
async def test_when_to_ask_again(raw, seconds):
    error, _ = await refused(raw)
    assert error.retry_after == seconds


async def test_a_page_of_something_in_between_is_shortened():
    page = b"<html><body>502 Bad Gateway</body></html>\n" + b"x" * 10_000
    error, asked = await refused(answer(page, "502 Bad Gateway"))
    assert isinstance(error, ServerError)
    assert len(str(error)) < 700
    assert "502 Bad Gateway" in str(error)
    assert "\n" not in str(error)
    assert error.status.reason == ""
    assert str(error).startswith(asked)


async def test_a_redirect_is_not_followed():
    error, _ = await refused(answer(b"", "302 Found", "Location: http://elsewhere.example/"))
    assert error.code == 302


def test_a_status_within_a_watch_is_the_same_error():
    body = b'{"kind":"Status","code":410,"reason":"Expired","message":"too old","details":null}'
    error = status_error("GET /api/v1/pods", read_status(body))
    assert isinstance(error, GoneError)
    assert str(error) == "GET /api/v1/pods: too old"


def test_a_status_of_nothing_is_a_trouble_of_the_server():
    assert isinstance(status_error("GET /", Status()), ServerError)


class Renewing:
    """Credentials with a number, that can be renewed so many times."""

    def __init__(self, times, trouble=""):
        self.number = 0
        self._times = times
        self._trouble = trouble

    async def headers(self):
        return bearer(f"token-{self.number}")

    async def renew(self, refused):
        assert refused == await self.headers()
        if self._trouble:
            raise CredentialError(self._trouble)
        if self.number == self._times:
            return False
        self.number += 1
        return True


REFUSAL = status(401, "Unauthorized", "Unauthorized")


async def test_refused_credentials_are_renewed_and_the_question_asked_again():
    async with Origin(REFUSAL, answer()) as origin:
        async with client_of(origin, authorization=Renewing(1)) as client:
            assert await client.read(Request("POST", "/x", body=b"{1}")) == BODY
        tokens = [seen.one("Authorization") for seen in origin.seen]
        assert tokens == ["Bearer token-0", "Bearer token-1"]
        assert [seen.body for seen in origin.seen] == [b"{1}", b"{1}"]
        assert origin.connections == 1


async def test_credentials_are_renewed_only_once_for_a_question():
    async with Origin(REFUSAL) as origin:
        async with client_of(origin, authorization=Renewing(5)) as client:
            with pytest.raises(UnauthorizedError, match="log in again"):
                await client.read(PODS)
        assert len(origin.seen) == 2


async def test_credentials_that_cannot_be_renewed():
    async with Origin(REFUSAL) as origin:
        async with client_of(origin, authorization=Renewing(0)) as client:
            with pytest.raises(UnauthorizedError):
                await client.read(PODS)
        assert len(origin.seen) == 1


async def test_a_trouble_with_renewing_is_what_is_told():
    ill = Renewing(1, "the plugin is ill")
    async with Origin(REFUSAL) as origin, client_of(origin, authorization=ill) as client:
        with pytest.raises(CredentialError, match="the plugin is ill"):
            await client.read(PODS)


async def test_an_error_without_its_body_is_still_that_error():
    async def cut(_seen, _reader, writer):
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nhal")
        await asyncio.sleep(0)
        return False

    async with Origin(cut) as origin, client_of(origin) as client:
        with pytest.raises(ForbiddenError, match="status 403"):
            await client.read(PODS)


@pytest.mark.parametrize("body", [b"x" * 100_000, b'{"message": "' + b"x" * 100_000 + b'"}'])
def test_a_message_that_fills_a_terminal_is_cut(body):
    message = read_status(body).message
    assert message.startswith("xxx")
    assert message.endswith("x ...")
    assert len(message) < 10_000
