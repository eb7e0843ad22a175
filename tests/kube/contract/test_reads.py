"""Lists and watches, as a real API server answers them."""

import pytest

from kube.contract.objects import config_map, secret
from kube.contract.plain import MERGE

END = "k8s.io/initial-events-end"


@pytest.fixture
def maps(namespace):
    return f"/api/v1/namespaces/{namespace}/configmaps"


@pytest.fixture
def three(plain, maps):
    """A real namespace has an object of its own, too, so the tests select theirs."""
    for name, colour in (("a", "red"), ("b", "blue"), ("c", "red")):
        plain.ask("POST", maps, config_map(name, {"colour": colour, "test": "yes"}))
    return maps


OURS = {"labelSelector": "test=yes"}


def names(told):
    return [each["metadata"]["name"] for each in told.body["items"]]


def test_discovery(plain):
    assert "v1" in plain.get("/api").body["versions"]
    groups = {each["name"] for each in plain.get("/apis").body["groups"]}
    assert {"networking.k8s.io", "discovery.k8s.io", "coordination.k8s.io"} <= groups
    listed = {each["name"]: each for each in plain.get("/api/v1").body["resources"]}
    assert listed["services"]["kind"] == "Service"
    assert not listed["nodes"]["namespaced"]
    assert "status" in listed["services/status"]["name"]
    assert plain.get("/version").body["major"] == "1"


def test_pages_are_of_one_moment(plain, three):
    first = plain.get(three, limit=2, **OURS)
    assert names(first) == ["a", "b"]
    plain.ask("DELETE", f"{three}/c")
    plain.ask("POST", three, config_map("d", {"test": "yes"}))
    rest = plain.get(three, limit=2, **OURS, **{"continue": first.body["metadata"]["continue"]})
    assert names(rest) == ["c"]
    assert rest.version == first.version
    assert not rest.body["metadata"].get("continue")
    assert names(plain.get(three, **OURS)) == ["a", "b", "d"]


def test_the_rest_is_counted_where_nothing_is_selected(plain, three):
    metadata = plain.get("/api/v1/configmaps", limit=1).body["metadata"]
    assert metadata["remainingItemCount"] >= 2
    metadata = plain.get(three, limit=1, **OURS).body["metadata"]
    assert "remainingItemCount" not in metadata


def test_a_token_that_is_none(plain, three):
    assert plain.get(three, **{"continue": "nonsense"}).code == 400


@pytest.mark.parametrize(("selector", "wanted"), [
    ("colour=red",              ["a", "c"]),
    ("colour==red",             ["a", "c"]),
    ("colour!=red",             ["b"]),
    ("colour in (blue,green)",  ["b"]),
    ("colour notin (blue)",     ["a", "c"]),
    ("colour",                  ["a", "b", "c"]),
    ("!colour",                 []),
    ("colour=red,test=yes",     ["a", "c"]),
])  # fmt: skip
def test_label_selectors(plain, three, selector, wanted):
    assert names(plain.get(three, labelSelector=f"test=yes,{selector}")) == wanted


def test_field_selectors(plain, three, namespace):
    assert names(plain.get(three, fieldSelector="metadata.name=b")) == ["b"]
    everywhere = plain.get("/api/v1/configmaps", fieldSelector=f"metadata.namespace={namespace}",
                           **OURS)  # fmt: skip
    assert names(everywhere) == ["a", "b", "c"]
    assert plain.get(three, fieldSelector="data.a=b").code == 400
    secrets = f"/api/v1/namespaces/{namespace}/secrets"
    plain.ask("POST", secrets, secret("plain"))
    plain.ask("POST", secrets, secret("other", "example.com/type"))
    assert names(plain.get(secrets, fieldSelector="type=example.com/type")) == ["other"]


def test_versions_that_cannot_be_had(plain, three):
    future = str(int(plain.get(three).version) + 100_000_000)
    told = plain.get(three, resourceVersion=future, resourceVersionMatch="NotOlderThan")
    assert (told.code, told.reason) == (504, "Timeout")
    assert plain.get(three, resourceVersion="nonsense").code >= 400
    assert plain.get(three, resourceVersionMatch="Exact").code == 422


def test_a_watch_tells_what_comes_after_a_version(plain, three):
    version = plain.get(three).version
    plain.ask("PATCH", f"{three}/a", {"data": {"x": "1"}}, MERGE)
    with plain.watch(three, resourceVersion=version, **OURS) as events:
        assert _told(next(events)) == ("MODIFIED", "a")
        plain.ask("POST", three, config_map("d", {"test": "yes"}))
        assert _told(next(events)) == ("ADDED", "d")
        seen = plain.get(f"{three}/d").version
        plain.ask("DELETE", f"{three}/d")
        gone = next(events)
        assert _told(gone) == ("DELETED", "d")
        assert int(gone["object"]["metadata"]["resourceVersion"]) > int(seen)


def test_a_watch_of_no_version_begins_with_what_is_there(plain, three):
    with plain.watch(three, **OURS) as events:
        assert sorted(_told(next(events)) for _ in range(3)) == [
            ("ADDED", "a"), ("ADDED", "b"), ("ADDED", "c"),
        ]  # fmt: skip


def test_what_leaves_a_selection_is_told_as_deleted(plain, three):
    version = plain.get(three).version
    with plain.watch(three, resourceVersion=version, labelSelector="colour=red") as events:
        plain.ask("PATCH", f"{three}/a", {"metadata": {"labels": {"colour": "blue"}}}, MERGE)
        assert _told(next(events)) == ("DELETED", "a")
        plain.ask("PATCH", f"{three}/b", {"metadata": {"labels": {"colour": "red"}}}, MERGE)
        assert _told(next(events)) == ("ADDED", "b")


def test_a_watch_ends_when_its_time_is_up(plain, three):
    version = plain.get(three).version
    with plain.watch(three, resourceVersion=version, timeoutSeconds=1) as events:
        assert [each for each in events if each["type"] != "BOOKMARK"] == []


def test_a_list_can_come_as_a_watch(plain, three):
    wish = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan",
            "allowWatchBookmarks": "true", **OURS}  # fmt: skip
    if plain.get(three, watch="1", timeoutSeconds=1, **wish).code == 422:
        pytest.skip("this server does not stream lists")
    with plain.watch(three, **wish) as events:
        told = []
        for each in events:
            told.append(each)
            if each["type"] == "BOOKMARK":
                break
        assert sorted(_told(each) for each in told[:-1]) == [
            ("ADDED", "a"), ("ADDED", "b"), ("ADDED", "c"),
        ]  # fmt: skip
        assert told[-1]["object"]["metadata"]["annotations"][END] == "true"
        assert told[-1]["object"]["metadata"]["resourceVersion"].isdecimal()
        plain.ask("POST", three, config_map("d", {"test": "yes"}))
        assert _told(next(events)) == ("ADDED", "d")


@pytest.mark.parametrize("wrong", [
    {"sendInitialEvents": "true", "allowWatchBookmarks": "true"},
    {"resourceVersionMatch": "NotOlderThan"},
])  # fmt: skip
def test_watches_that_are_none(plain, three, wrong):
    told = plain.get(three, watch="1", timeoutSeconds=1, **wrong)
    assert (told.code, told.reason) == (422, "Invalid")


def test_a_version_that_is_forgotten(plain, three):
    # The answer may be a status, or an event that has it.
    code = plain.get(three, watch="1", resourceVersion="1", timeoutSeconds=5).body
    status = code["object"] if code.get("type") == "ERROR" else code
    assert (status["code"], status["reason"]) == (410, "Expired")


def _told(event):
    return event["type"], event["object"]["metadata"]["name"]
