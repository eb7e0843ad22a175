"""Which certificate nginx shows, while certificates come, change and go."""

import subprocess

import pytest
from cryptography import x509

from model.certificates import pair
from portico.model.key_pair import parse_key_pair
from portico.plan.plan import diff
from support.client import Client
from support.plans import addresses, backend, certificate, plan_of, site

pytestmark = pytest.mark.nginx

FIRST, SECOND = pair("shop.example", serial=1), pair("shop.example", serial=2)


def shop(endpoints, pem):
    shown = certificate("tls", pem)
    return plan_of(
        backend("front", *addresses(endpoints.port, 1)),
        shown,
        site("shop.example", {"/": "front"}, tls=shown.key),
    )


def shown(live, sni="shop.example"):
    with Client(live.https_port, tls=True, sni=sni) as client:
        return client.fingerprint


def fingerprint(pem):
    return parse_key_pair(*pem).fingerprint


def test_a_certificate_is_rotated_without_cutting_anything(shared_nginx, endpoints):
    old = shop(endpoints, FIRST)
    shared_nginx.serve(old)
    with Client(shared_nginx.https_port, tls=True, sni="shop.example") as open_before:
        assert open_before.fingerprint == fingerprint(FIRST)
        new = shop(endpoints, SECOND)
        shared_nginx.serve(new, diff(old, new))
        for _ in range(6):  # every worker
            assert shown(shared_nginx) == fingerprint(SECOND)
        assert open_before.ask("/", "shop.example").status == 200


def test_a_certificate_comes_and_goes(shared_nginx, endpoints):
    shared_nginx.serve(shop(endpoints, None))
    default = shown(shared_nginx)
    shared_nginx.serve(shop(endpoints, FIRST))
    assert shown(shared_nginx) == fingerprint(FIRST)
    shared_nginx.serve(shop(endpoints, None))
    assert shown(shared_nginx) == default


@pytest.mark.parametrize("sni", ["shop.example", "SHOP.Example", "shop.example."])
def test_a_name_in_any_spelling(shared_nginx, endpoints, sni):
    shared_nginx.serve(shop(endpoints, FIRST))
    assert shown(shared_nginx, sni) == fingerprint(FIRST)


@pytest.mark.parametrize("sni", [None, "other.example", "*.example", "a" * 63 + ".example"])
def test_a_name_that_nobody_has_gets_the_default_one(shared_nginx, endpoints, sni):
    shared_nginx.serve(shop(endpoints, FIRST))
    assert shown(shared_nginx, sni) != fingerprint(FIRST)


def test_a_chain_is_shown_whole(shared_nginx, endpoints):
    """Leaf first, and what follows it; a client that knows the last one can follow."""
    chained = FIRST._replace(chain=FIRST.chain + pair("ca.example").chain)
    shared_nginx.serve(shop(endpoints, chained))
    place = f"127.0.0.1:{shared_nginx.https_port}"
    command = ["openssl", "s_client", "-connect", place, "-servername", "shop.example"]
    done = subprocess.run([*command, "-showcerts"], input=b"", capture_output=True, check=False)
    found = x509.load_pem_x509_certificates(done.stdout)
    assert found == x509.load_pem_x509_certificates(chained.chain)
