"""One host."""

from portico.plan.key import CATCH_ALL, SITE, Key
from portico.plan.site import Site


def test_a_site_is_named_by_its_host() -> None:
    assert Site(Key(SITE, "shop.example")).host == "shop.example"
    assert Site(CATCH_ALL).host == ""


def test_an_empty_site_serves_nothing() -> None:
    site = Site(CATCH_ALL)
    assert (site.routes, site.default, site.tls, site.refused) == ((), None, None, ())
