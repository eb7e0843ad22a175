"""Sockets that listen, and why some do not."""

import os
import socket
import stat

import pytest

from portico.forward.errors import ForwardError
from portico.forward.holder import holder_of
from portico.forward.listen import BusyError, OnConflict, close_all, listen
from portico.forward.places import BOTH, Place

V4, V6 = Place("127.0.0.1"), Place("::1")


@pytest.fixture
def taken():
    """A port that somebody has on 127.0.0.1 alone."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def listened(*arguments):
    bound = listen(*arguments)
    close_all(bound)
    return bound


def test_localhost_is_both_families_with_the_same_number():
    for _ in range(20):
        v4, v6 = listened(0, BOTH)
        assert v4.port == v6.port > 0
        assert (v4.name, v6.name) == (f"127.0.0.1:{v4.port}", f"[::1]:{v4.port}")


def test_a_family_that_is_busy_is_an_error_even_if_the_other_is_free(taken):
    with pytest.raises(BusyError) as raised:
        listen(taken, BOTH)
    assert f"unable to listen on 127.0.0.1:{taken}: " in raised.value.reason
    assert raised.value.reason.endswith(": this command has it already")
    assert raised.value.kernel == f"listen tcp4 127.0.0.1:{taken}: bind: address already in use"
    # And nothing is left open on the other.
    close_all(listen(taken, [V6]))


def test_localhost_does_without_a_family_that_is_not_there():
    absent = Place("192.0.2.1", is_optional=True)
    (v4,) = listened(0, [absent, V4])
    assert v4.name == f"127.0.0.1:{v4.port}"
    with pytest.raises(ForwardError, match=r"this machine does not have 192\.0\.2\.1"):
        listen(0, [absent])


def test_an_address_that_was_named_must_be_there():
    with pytest.raises(ForwardError, match=r"unable to listen on 192\.0\.2\.1:\d+: Cannot assign"):
        listen(0, [V4, Place("192.0.2.1")])


def test_on_conflict_next(taken):
    v4, v6 = listened(taken, BOTH, OnConflict.NEXT)
    assert taken < v4.port == v6.port <= taken + 100


def test_on_conflict_random(taken):
    v4, v6 = listened(taken, BOTH, OnConflict.RANDOM)
    assert v4.port == v6.port != taken


def test_another_listener_is_not_joined():
    bound = listen(0, [V4])
    try:
        with pytest.raises(BusyError):
            listen(bound[0].port, [V4])
    finally:
        close_all(bound)


def test_connections_come_through():
    bound = listen(0, BOTH)
    try:
        for each in bound:
            with socket.create_connection(each.socket.getsockname()[:2]):
                connection, _ = each.socket.accept()
                connection.close()
    finally:
        close_all(bound)


class TestUnix:
    """A socket in the file system."""

    def test_only_for_this_user_and_gone_at_the_end(self, tmp_path):
        path = tmp_path / "db"
        bound = listen(str(path), BOTH)
        assert [each.name for each in bound] == [f"unix:{path}"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
        close_all(bound)
        assert not path.exists()

    def test_what_was_left_behind_is_taken_away(self, tmp_path):
        path = tmp_path / "db"
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(path))
        close_all(listen(str(path), BOTH))

    def test_what_is_in_use_is_not(self, tmp_path):
        bound = listen(str(tmp_path / "db"), BOTH)
        with pytest.raises(ForwardError, match="Address already in use"):
            listen(str(tmp_path / "db"), BOTH)
        close_all(bound)

    def test_a_file_stays_what_it_is(self, tmp_path):
        (tmp_path / "db").write_text("dear")
        with pytest.raises(ForwardError, match="File exists"):
            listen(str(tmp_path / "db"), BOTH)
        assert (tmp_path / "db").read_text() == "dear"

    def test_no_such_folder(self, tmp_path):
        with pytest.raises(ForwardError, match="No such file or directory"):
            listen(str(tmp_path / "none" / "db"), BOTH)

    def test_a_path_that_is_too_long(self, tmp_path):
        with pytest.raises(ForwardError, match=r"unable to listen on unix:.*too long"):
            listen(str(tmp_path / ("d" * 200)), BOTH)


def test_nobody_holds_a_free_port(taken):
    assert holder_of(taken).endswith(f"(process {os.getpid()})")
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    assert holder_of(free) == ""


def test_a_unix_socket_whose_program_takes_nobody_now_is_taken(tmp_path):
    """Where its queue is full, to ask it would be to wait."""
    path = str(tmp_path / "busy")
    with (
        socket.socket(socket.AF_UNIX) as server,
        socket.socket(socket.AF_UNIX) as first,
    ):
        server.bind(path)
        server.listen(0)
        first.connect(path)
        with pytest.raises(ForwardError, match=r"listen on unix:.*: Address already in use"):
            listen(path, [V4])
