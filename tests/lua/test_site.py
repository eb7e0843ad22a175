"""One host: which route has this path."""

import pytest

from support.luajit import play

DATA = {
    "x": {"/cart": "exact", "/": "root", "/new\nline": "newline", "/nul\0": "nul"},
    "p": {"/cart": "prefix", "/cart/a/b": "deep", "/é": "accent", "/a:b": "colon"},
}


@pytest.mark.parametrize(("path", "wins"), [
    ("/",            "root"),
    ("/cart",        "exact"),
    ("/cart/",       "prefix"),
    ("/cart/a",      "prefix"),
    ("/cart/a/b",    "deep"),
    ("/cart/a/bc",   "prefix"),
    ("/cart/a/b/c",  "deep"),
    ("/cartoon",     None),
    ("/CART",        None),
    ("/é/x",         "accent"),
    ("/éx",          None),
    ("/a:b",         "colon"),
    ("/new\nline",   "newline"),
    ("/nul\0",       "nul"),
    ("/nul",         None),
    ("",             None),
])  # fmt: skip
def test_the_most_specific_route_wins(path, wins):
    assert play("site", [("build", DATA), ("match", path)])[-1] == wins


@pytest.mark.parametrize("data", [{}, {"p": {}}, {"x": {}}, {"d": "default"}])
def test_a_site_without_paths_matches_none(data):
    assert play("site", [("build", data), ("match", "/")])[-1] is None


def test_the_prefix_of_all_paths_is_the_last_resort():
    steps = [("build", {"p": {"/": "all", "/a": "a"}})]
    steps += [("match", path) for path in ("/", "/a", "/a/", "/ab", "//", "/x/a")]
    assert play("site", steps)[1:] == ["all", "a", "a", "all", "all", "all"]
