"""What names of a cluster mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.forward.socks.names import Meant, read_name


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("web",                                Meant(service="web", or_pod=True)),
        ("web.shop",                           Meant("shop", service="web", or_pod=True)),
        ("Web.Shop.",                          Meant("shop", service="web", or_pod=True)),
        ("web.shop.svc",                       Meant("shop", service="web", or_pod=True)),
        ("web.shop.svc.cluster.local",         Meant("shop", service="web", or_pod=True)),
        ("web.shop.svc.example.com.",          Meant("shop", service="web", or_pod=True)),
        ("db-0.db.shop",                       Meant("shop", service="db", pod="db-0")),
        ("db-0.db.shop.svc.cluster.local",     Meant("shop", service="db", pod="db-0")),
        ("10-1-2-3.shop.pod",                  Meant("shop", address="10.1.2.3")),
        ("10-1-2-3.shop.pod.cluster.local",    Meant("shop", address="10.1.2.3")),
        ("2001-db8--7.shop.pod.cluster.local", Meant("shop", address="2001:db8::7")),
        ("web-1.shop.pod",                     Meant("shop", pod="web-1")),
        ("10.1.2.3",                           Meant(address="10.1.2.3")),
        ("[2001:DB8::7]",                      Meant(address="2001:db8::7")),
        ("svc",                                Meant(service="svc", or_pod=True)),
        ("svc.pod",                            Meant("pod", service="svc", or_pod=True)),
    ],
)  # fmt: skip
def test_names(text, meant):
    assert read_name(text) == meant


@pytest.mark.parametrize(
    "text",
    ["", ".", "www.example.com.au", "a..b", "-a.shop", "a_b.shop", "a" * 64, "a b", "ä.shop"],
)
def test_names_of_no_cluster(text):
    assert read_name(text) is None


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_none(text):
    meant = read_name(text)
    assert meant is None or meant.service or meant.pod or meant.address
