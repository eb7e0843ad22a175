"""What a worker knows, and when it forgets it."""

import json

import pytest

from support.luajit import play


def entry(mark):
    return json.dumps({"mark": mark})


def site(mark):
    return json.dumps({"d": mark})


A, B = "b:shop/a/80", "b:shop/b/80"


def test_a_change_is_seen_by_the_next_request_and_only_what_changed_is_decoded():
    assert play("state", [
        ("commit", 1, [(A, entry("a1")), (B, entry("b1"))]), ("sync",),
        ("backend", "shop/a/80"), ("backend", "shop/b/80"), ("decodes",),
        ("commit", 2, [(A, entry("a2"))]),
        ("backend", "shop/a/80"),               # before sync: the request that runs goes on
        ("sync",),
        ("backend", "shop/a/80"), ("backend", "shop/b/80"), ("decodes",),
        ("sync",), ("backend", "shop/a/80"), ("decodes",),
    ]) == [None, 1, "a1", "b1", 2, None, "a1", 2, "a2", "b1", 3, 2, "a2", 3]  # fmt: skip


def test_several_commits_are_caught_up_with_one_by_one():
    steps = [("commit", 1, [(A, entry("a1")), (B, entry("b1"))]), ("sync",)]
    steps += [("backend", "shop/a/80"), ("backend", "shop/b/80")]
    steps += [("commit", n, [(A, entry(f"a{n}"))]) for n in range(2, 30)]
    steps += [("sync",), ("backend", "shop/a/80"), ("backend", "shop/b/80"), ("decodes",)]
    assert play("state", steps)[-4:] == [29, "a29", "b1", 3]


@pytest.mark.parametrize("gap", [
    [("lose_log", 2)],                                     # the log is gone
    [("commit", 4, [], True)],                             # everything was said anew
    [("commit", 9000, [])],                                # too far behind
    [("lose_all",), ("commit", 1, [(B, entry("b9"))])],    # nginx has started again,
    [("lose_all",), ("commit", 0, [(B, entry("b9"))])],    # with a lower version
], ids=str)  # fmt: skip
def test_a_worker_that_cannot_follow_forgets_everything(gap):
    changes = [(A, entry("a1")), (B, entry("b1"))]
    before = [("commit", 2, changes), ("sync",), ("backend", "shop/b/80")]
    quiet = [("commit", 3, [(A, entry("a3"))])]
    # The change that is not in any log: only a worker that forgot everything sees it.
    unlogged = ("commit", 2, [(B, entry("b9"))])
    steps = [*before, unlogged, *quiet, *gap, ("sync",), ("backend", "shop/b/80")]
    if gap[0][0] == "lose_log":
        steps = [*before, unlogged, *quiet, ("lose_log", 3), ("sync",), ("backend", "shop/b/80")]
    assert play("state", steps)[-1] == "b9"


def test_the_log_reaches_as_far_back_as_it_says():
    length = play("state", [("log_length",)])[0]
    steps = [("commit", 1, [(A, entry("a1")), (B, entry("b1"))]), ("sync",)]
    steps += [("backend", "shop/b/80")]
    steps += [("commit", n, []) for n in range(2, length + 2)]
    steps += [("sync",), ("backend", "shop/b/80"), ("decodes",)]
    assert play("state", steps)[-3:] == [length + 1, "b1", 1]


@pytest.mark.parametrize("name", [
    "a\nb", "a:b", "3:x", "a\0b", "12:h:a12:h:a", "é", " ", "0:",
], ids=repr)  # fmt: skip
def test_any_name_can_be_in_the_log(name):
    steps = [("commit", 1, [(f"h:{name}", site("old")), ("h:other", site("kept"))]), ("sync",)]
    steps += [("site", name), ("site", "other")]
    steps += [("commit", 2, [(f"h:{name}", site("new")), ("h:last", site("x"))]), ("sync",)]
    steps += [("site", name), ("site", "other"), ("decodes",)]
    assert play("state", steps)[-3:] == ["new", "kept", 3]


def test_a_removed_unit_is_gone():
    steps = [("commit", 1, [("h:a", site("a")), (A, entry("a"))]), ("sync",)]
    steps += [("site", "a"), ("backend", "shop/a/80")]
    steps += [("commit", 2, [("h:a", None), (A, None)]), ("sync",)]
    steps += [("site", "a"), ("backend", "shop/a/80"), ("route", "a", "/")]
    assert play("state", steps)[-3:] == [None, None, None]


def test_before_anything_was_said_nothing_is_known():
    assert play("state", [("sync",), ("route", "a", "/"), ("backend", "x"), ("sync",)]) == [
        0, None, None, 0,
    ]  # fmt: skip


def test_unknown_names_are_not_remembered_and_the_memory_has_an_end():
    """The world of the story keeps two hosts and two backends."""
    steps = [("commit", 1, [(f"h:{n}", site(n)) for n in "abc"]), ("sync",)]
    steps += [("site", n) for n in ("a", "b", "x", "y", "z", "a", "b")] + [("decodes",)]
    steps += [("site", "c"), ("decodes",), ("site", "a"), ("decodes",)]
    answers = play("state", steps)
    assert answers[9] == 2  # neither were a and b pushed out by strangers
    assert answers[-4:] == ["c", 3, "a", 4]  # nor is room made without end


def test_what_is_dear_to_build_is_built_once_until_its_key_changes():
    steps = [("commit", 1, [("c:shop/tls", entry("one"))]), ("sync",)]
    steps += [("extra", "c:shop/tls")] * 3 + [("decodes",)]
    steps += [("commit", 2, [("c:shop/tls", entry("two"))]), ("sync",)]
    steps += [("extra", "c:shop/tls"), ("decodes",), ("extra", "c:none")]
    answers = play("state", steps)
    assert answers[2:6] == ["one", "one", "one", 1]
    assert answers[-3:] == ["two", 2, None]


@pytest.mark.parametrize(("host", "finds"), [
    ("shop.example",     "own"),
    ("a.example",        "wild"),
    ("a_b-9.example",    "wild"),
    ("example",          "all"),
    ("a.b.example",      "all"),
    (".example",         "all"),
    ("$.example",        "all"),
    ("é.example",        "all"),
    ("*.example",        "wild"),      # no name a client could mean by anything else
    ("_",                "all"),
    ("",                 "all"),
    ("a.shop.example",   "all"),
])  # fmt: skip
def test_a_host_has_its_own_site_or_its_wildcards_or_the_catch_all(host, finds):
    sites = [("h:shop.example", site("own")), ("h:*.example", site("wild")), ("h:", site("all"))]
    # One at a time: the world keeps two.
    assert play("state", [("commit", 1, sites), ("sync",), ("find", host)])[-1] == finds


def test_a_default_is_the_hosts_own_or_everybodys():
    sites = [
        ("h:own", json.dumps({"p": {"/a": "route"}, "d": "default"})),
        ("h:none", json.dumps({"p": {"/a": "route"}})),
        ("h:", json.dumps({"p": {"/b": "not for others"}, "d": "everybody"})),
    ]
    steps = [("commit", 1, sites), ("sync",)]
    steps += [("route", "own", "/a"), ("route", "own", "/b")]
    steps += [("route", "none", "/a"), ("route", "none", "/b"), ("route", "other", "/b")]
    answers = play("state", steps)[2:]
    assert answers == ["route", "default", "route", "everybody", "not for others"]
