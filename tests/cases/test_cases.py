"""Every case, told to three witnesses; if they disagree, one of them lies."""

import ssl
from hashlib import sha256

import pytest
import yaml

from cases.case import load
from cases.witnesses import ends_of, of_explain, of_lua, of_nginx, secret_of, shown_by


@pytest.fixture
def case(folder, endpoints):
    ports = {"9999": endpoints.port, "9998": endpoints.tls_port, "9997": endpoints.h2c_port}
    return load(folder, ports, http_port=80, https_port=443)


def test_explain(case):
    for question in case.questions:
        answer = of_explain(case, question)
        assert ends_of(answer) == question.ends, question
        if question.endpoints:
            assert case.endpoints(question.ends.reaches) == set(question.endpoints), question
        if question.shows:
            assert secret_of(answer.certificate) == question.shows, question


def test_lua(case):
    # What is no valid request never gets as far as the router.
    questions = [question for question in case.questions if question.ends.answers != 400]
    expected = [question.ends._replace(location="") for question in questions]
    assert of_lua(case, questions) == expected


@pytest.mark.nginx
def test_nginx(case, shared_nginx):
    shared_nginx.serve(case.plan)
    for question in case.questions:
        port = shared_nginx.https_port if question.scheme == "https" else shared_nginx.http_port
        reached = [of_nginx(port, question) for _ in question.endpoints or ("once",)]
        first, ends = reached[0], question.ends
        assert first.status == (ends.answers or 200), question
        assert first.location == ends.location, question
        assert first.target == question.target, question  # what is sent on is what was asked
        if ends.reaches and question.method != "HEAD":
            allowed = set(question.endpoints) or case.endpoints(ends.reaches)
            assert {one.address for one in reached} <= allowed, question
        if question.endpoints:
            assert {one.address for one in reached} == set(question.endpoints), question


@pytest.mark.nginx
def test_nginx_shows_the_certificate_that_explain_names(case, shared_nginx):
    questions = [question for question in case.questions if question.scheme == "https"]
    if not questions:
        return
    shared_nginx.serve(case.plan)
    default = fingerprint_of(shared_nginx.folder / "default.crt")
    for question in questions:
        certificate = of_explain(case, question).certificate
        told = certificate.key_pair.fingerprint if certificate else default
        assert shown_by(shared_nginx.https_port, question) == told, question


def test_problems(case, golden):
    golden(case.folder / "problems.yaml", case.problems, [])


def test_plan(case, golden):
    """Where a case has a plan.yaml, the units it names are as it says."""
    file = case.folder / "plan.yaml"
    if file.exists():
        golden(file, case.units(yaml.safe_load(file.read_text())), {})


def fingerprint_of(file):
    return sha256(ssl.PEM_cert_to_DER_cert(file.read_text())).hexdigest()
