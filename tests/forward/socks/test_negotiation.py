"""What a SOCKS5 client says, fed as exactly as it is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.forward.socks.negotiation import Code, Destination, Negotiation, SocksError, reply

GREETING = b"\x05\x01\x00"
CHOSEN = b"\x05\x00"


def spoken(said):
    """All answers, the destination, and what was not read."""
    negotiation = Negotiation()
    answers = b""
    while negotiation.destination is None:
        part, said = said[: negotiation.needs], said[negotiation.needs :]
        if len(part) < negotiation.needs:
            raise EOFError
        answers += negotiation.receive(part)
    return answers, negotiation.destination, said


def connect(kind, address, port=80, *, command=1, version=5):
    return bytes((version, command, 0, kind)) + address + port.to_bytes(2, "big")


@pytest.mark.parametrize(
    ("request_", "destination"),
    [
        (connect(3, b"\x08web.shop"),       Destination("web.shop", 80)),
        (connect(1, bytes((10, 0, 0, 1))),  Destination("10.0.0.1", 80)),
        (connect(4, bytes(15) + b"\x01"),   Destination("::1", 80)),
        (connect(3, b"\x01a", 65535),       Destination("a", 65535)),
    ],
)  # fmt: skip
def test_destinations(request_, destination):
    assert spoken(GREETING + request_ + b"GET /") == (CHOSEN, destination, b"GET /")


def test_one_of_several_methods():
    assert spoken(b"\x05\x03\x02\x01\x00" + connect(3, b"\x01a"))[0] == CHOSEN


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"\x04\x01",                                        b""),            # SOCKS4
        (b"GE",                                              b""),            # HTTP
        (b"\x05\x00",                                        b"\x05\xff"),
        (b"\x05\x02\x01\x02",                                b"\x05\xff"),    # only with a password
        (GREETING + connect(1, bytes(4), command=2),         reply(Code.NO_SUCH_COMMAND)),
        (GREETING + connect(1, bytes(4), command=3),         reply(Code.NO_SUCH_COMMAND)),
        (GREETING + connect(2, bytes(4)),                    reply(Code.NO_SUCH_ADDRESS_TYPE)),
        (GREETING + connect(1, bytes(4), version=4),         reply(Code.FAILURE)),
        (GREETING + connect(3, b"\x00"),                     reply(Code.HOST_UNREACHABLE)),
        (GREETING + connect(3, b"\x02a\xff"),                reply(Code.HOST_UNREACHABLE)),
        (GREETING + connect(3, b"\x02a\n"),                  reply(Code.HOST_UNREACHABLE)),
    ],
)  # fmt: skip
def test_what_is_refused(said, told):
    with pytest.raises(SocksError) as raised:
        spoken(said)
    assert raised.value.reply == told
    assert str(raised.value)


@given(st.binary(max_size=64) | st.binary(max_size=64).map(lambda rest: GREETING + rest))
def test_any_bytes_end_in_a_destination_or_a_reason(said):
    try:
        _, destination, _ = spoken(said)
    except (SocksError, EOFError):
        return
    assert destination.host
    assert 0 <= destination.port < 65536
