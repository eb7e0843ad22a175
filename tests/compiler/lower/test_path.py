"""Which texts can be a path, and what they are compared as."""

import pytest

from portico.compiler.lower.path import LIMIT, PATH_TYPES, compared
from portico.plan.site import PathMatch

LONGEST = "/" + "é" * ((LIMIT - 2) // 2) + "a"


@pytest.mark.parametrize(
    ("path", "exact", "prefix"),
    [
        ("",            "/",           "/"),
        ("/",           "/",           "/"),
        ("/cart",       "/cart",       "/cart"),
        ("/cart/",      "/cart/",      "/cart"),      # only Exact minds a trailing slash
        ("/a/b/",       "/a/b/",       "/a/b"),
        ("/.well-known", "/.well-known", "/.well-known"),
        ("/...",        "/...",        "/..."),
        ("/a.",         "/a.",         "/a."),
        ("/a b",        "/a b",        "/a b"),       # compared with the decoded path
        ("/%20",        "/%20",        "/%20"),
        ("/é",          "/é",          "/é"),
        ("/a?b#c",      "/a?b#c",      "/a?b#c"),
        ("/a(/|$)(.*)", "/a(/|$)(.*)", "/a(/|$)(.*)"),  # literal: nothing here is an expression
        ("/\n\r\t",     "/\n\r\t",     "/\n\r\t"),
        ("/'\"`${};\\", "/'\"`${};\\", "/'\"`${};\\"),
        (LONGEST,       LONGEST,       LONGEST),
        ("cart",        None,          None),
        ("*",           None,          None),
        ("//",          None,          None),
        ("/a//b",       None,          None),
        ("/a//",        None,          None),
        ("/./a",        None,          None),
        ("/a/../b",     None,          None),
        ("/a/.",        None,          None),
        ("/..",         None,          None),
        ("/a%2fb",      None,          None),
        ("/a%2Fb",      None,          None),
        ("/a\0b",       None,          None),
        ("/\ud800",     None,          None),
        (LONGEST + "a", None,          None),
        ("/" + "a" * 1_000_000, None,  None),
    ],
    ids=range(31),
)  # fmt: skip
def test_compared(path: str, exact: str | None, prefix: str | None) -> None:
    assert compared(path, PathMatch.EXACT) == exact
    assert compared(path, PathMatch.PREFIX) == prefix


def test_a_path_that_is_left_to_us_is_a_prefix() -> None:
    assert PATH_TYPES["ImplementationSpecific"] is PATH_TYPES["Prefix"] is PathMatch.PREFIX
    assert PATH_TYPES["Exact"] is PathMatch.EXACT
