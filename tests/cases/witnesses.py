"""Three witnesses, each asked how a request ends: explain, the Lua router, a real nginx."""

import json
from dataclasses import dataclass

from cases.case import Case, Ends, Question
from portico.explain.answer import Answer, Result
from portico.explain.explain import explain
from portico.explain.request import Request, parse_request
from portico.plan.certificate import Certificate
from support.client import Client
from support.luajit import Ask, routed


@dataclass(frozen=True)
class Reached:
    """What a real request came to."""

    status: int
    location: str
    address: str
    target: str


def asked(question: Question) -> Request:
    headers = [f"{name}: {value}" for name, value in question.headers]
    return parse_request(question.url, question.method, headers)


def of_explain(case: Case, question: Question) -> Answer:
    return explain(case.plan, asked(question))


def ends_of(answer: Answer) -> Ends:
    """Explain's answer in the words of a case."""
    if answer.result is Result.PROXIED:
        assert answer.backend
        return Ends(reaches=answer.backend.key.name)
    assert answer.status
    return Ends(answers=answer.status, location=answer.location)


def of_lua(case: Case, questions: list[Question]) -> list[Ends]:
    """The router builds no text, so it tells no location."""
    requests = [asked(question) for question in questions]
    found = routed(case.plan, [Ask(r.scheme, r.host, r.path) for r in requests])
    return [Ends(answers=int(text)) if text.isdigit() else Ends(reaches=text) for text in found]


def of_nginx(port: int, question: Question) -> Reached:
    """The request as it is written, sent to this port of a real nginx."""
    host = dict(question.headers).get("Host", question.authority)
    with _connection(port, question, host) as client:
        answer = client.ask(question.target, host, question.method, question.headers)
    told = json.loads(answer.body) if answer.status == 200 and answer.body else {}
    return Reached(
        answer.status,
        answer.header("Location") or "",
        told.get("address", ""),
        told.get("target", question.target),
    )


def shown_by(port: int, question: Question) -> str:
    """The fingerprint of the certificate that is shown for the name."""
    host = dict(question.headers).get("Host", question.authority)
    with _connection(port, question, host) as client:
        return client.fingerprint


def secret_of(certificate: Certificate | None) -> str:
    if certificate is None:
        return "(default)"
    return f"{certificate.secret.namespace}/{certificate.secret.name}"


def _connection(port: int, question: Question, host: str) -> Client:
    name = host.partition(":")[0].rstrip(".")
    return Client(port, tls=question.scheme == "https", sni=name)
