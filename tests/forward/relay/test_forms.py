"""Which form is spoken with which server, and what is kept of that."""

import stat

import pytest

from forward.relay.line import line
from portico.kube.http.errors import AnswerError, ForbiddenError
from portico.kube.streams.forms import WEBSOCKETS, Form, order
from portico.kube.streams.remembered import MOST, Remembered, usual_file
from support.api_server.access import Rule
from support.kubelet.apps import HTTP, ORDERS


def forms_of(server):
    names = {"tunnel": Form.WEBSOCKET, "spdy": Form.SPDY, "channels": Form.CHANNELS}
    return {names[seen.form] for seen in server.on_nodes(lambda nodes: list(nodes.seen))}


async def served(carriage):
    async with line(carriage, ORDERS) as one:
        return len(await one.order("bytes 1000")) == 1000


async def test_the_tunnel_comes_first(opened, server):
    assert await served(await opened())
    assert forms_of(server) == {Form.WEBSOCKET}


async def test_a_server_without_the_tunnel_is_asked_for_spdy(opened, server):
    server.terms.serves_tunnel = False
    assert await served(await opened())
    assert forms_of(server) == {Form.SPDY}


async def test_who_may_only_create_gets_spdy(opened, server):
    """A WebSocket is a GET and needs the verb get. kubectl, too, asks again after any answer."""
    server.access.rules["anybody"] = [Rule(("create",), ("",), ("pods/portforward",))]
    assert await served(await opened())
    assert forms_of(server) == {Form.SPDY}


async def test_who_may_only_get_hears_what_the_last_form_was_told(opened, server):
    server.access.rules["anybody"] = [Rule(("get",), ("",), ("pods/portforward",))]
    with pytest.raises(ForbiddenError) as caught:
        await opened()
    assert caught.value.denied
    assert (caught.value.denied.verb, caught.value.denied.resource) == (
        "create", "pods/portforward",
    )  # fmt: skip


async def test_where_nothing_else_works_there_are_channels(opened, server):
    server.terms.serves_tunnel = False
    server.fail(405, times=1000, verb="create")
    assert await served(await opened(probe_port=HTTP))
    assert forms_of(server) == {Form.CHANNELS}


async def test_a_server_that_misses_the_ports_has_channels(opened, server):
    """It took the wish for a tunnel for the older one; so there is no need to try."""
    server.terms.serves_tunnel = False
    server.fail(405, times=1000, verb="create")
    carriage = await opened()
    assert forms_of(server) == set()
    assert await served(carriage)
    assert forms_of(server) == {Form.CHANNELS}


async def test_without_a_port_to_try_there_are_no_channels(opened, server):
    server.fail(405, times=1000, resource="pods/portforward")
    with pytest.raises(AnswerError):
        await opened()


async def test_a_form_that_is_forced_is_the_only_one(opened, server):
    server.terms.serves_tunnel = False
    with pytest.raises(AnswerError):
        await opened(form=Form.WEBSOCKET)
    assert forms_of(server) == set()


async def test_what_worked_is_tried_first_the_next_time(opened, server, tmp_path):
    file = tmp_path / "portico" / "forms.json"
    server.terms.serves_tunnel = False
    await opened(remembered=Remembered(file))
    server.forget_requests()
    await opened(remembered=Remembered(file))
    assert {asked.verb for asked in server.requests} == {"create"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "127.0.0.1" not in file.read_text()


async def test_what_is_remembered_may_be_wrong(opened, server, tmp_path):
    remembered = Remembered(tmp_path / "forms.json")
    server.terms.serves_tunnel = False
    remembered.remember(f"https://127.0.0.1:{server.port}", Form.WEBSOCKET)
    assert await served(await opened(remembered=remembered))
    assert remembered.form(f"https://127.0.0.1:{server.port}") is Form.SPDY


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"x": 1}', b'{"x": [1, 2]}', b"\xff", b'{"x":{}}']
)
def test_a_file_that_makes_no_sense_is_as_none(tmp_path, content):
    file = tmp_path / "forms.json"
    file.write_bytes(content)
    remembered = Remembered(file)
    assert remembered.form("https://a") is None
    remembered.remember("https://a", Form.SPDY)
    assert remembered.form("https://a") is Form.SPDY


def test_the_file_does_not_grow_without_end(tmp_path):
    remembered = Remembered(tmp_path / "forms.json")
    for number in range(MOST + 10):
        remembered.remember(f"https://cluster-{number}", Form.SPDY)
    assert remembered.form("https://cluster-0") is None
    assert remembered.form(f"https://cluster-{MOST + 9}") is Form.SPDY


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path):
    (tmp_path / "taken").write_text("")
    remembered = Remembered(tmp_path / "taken" / "forms.json")
    remembered.remember("https://a", Form.SPDY)
    assert remembered.form("https://a") is None


@pytest.mark.parametrize(
    ("environment", "file"),
    [
        ({"XDG_CACHE_HOME": "/cache"}, "/cache/portico/forward-forms.json"),
        ({}, "/home/somebody/.cache/portico/forward-forms.json"),
    ],
)
def test_the_file_is_in_the_folder_for_caches(monkeypatch, environment, file):
    monkeypatch.setenv("HOME", "/home/somebody")
    assert str(usual_file(environment)) == file


@pytest.mark.parametrize(
    ("forced", "remembered", "variable", "forms"),
    [
        (None, None, None, ["websocket", "spdy"]),
        (None, Form.SPDY, None, ["spdy", "websocket"]),
        (None, Form.WEBSOCKET, None, ["websocket", "spdy"]),
        (None, None, "false", ["spdy"]),
        (None, Form.WEBSOCKET, "false", ["spdy"]),
        (None, None, "true", ["websocket", "spdy"]),
        (None, None, "0", ["websocket", "spdy"]),  # only "false" says no, as for kubectl
        (Form.WEBSOCKET, Form.SPDY, "false", ["websocket"]),  # what was said here says more
    ],
)
def test_the_order(forced, remembered, variable, forms):
    environment = {WEBSOCKETS: variable} if variable else {}
    assert order(forced, remembered, environment) == forms
