"""The SOCKS5 conversation without a socket: what is sent for what has come."""

from ipaddress import ip_address

import pytest

from portico.kube.http.socks5 import REPLIES, SocksError, greet


def talk(steps, *answers):
    """All that is sent; each answer has to be of the size that is asked for."""
    sent, wanted = next(steps)
    try:
        for answer in answers:
            assert len(answer) == wanted
            more, wanted = steps.send(answer)
            sent += more
    except StopIteration:
        return sent
    raise AssertionError(f"{wanted} more bytes are waited for")


GREETING = b"\x05\x01\x00"
OK4 = (b"\x05\x00", b"\x05\x00\x00\x01", bytes(6))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("kubernetes.example", b"\x03\x12kubernetes.example"),
        ("10.0.0.1", b"\x01" + ip_address("10.0.0.1").packed),
        ("2001:db8::1", b"\x04" + ip_address("2001:db8::1").packed),
        ("bücher.example", b"\x03\x15xn--bcher-kva.example"),
    ],
)
def test_names_and_addresses(host, address):
    assert talk(greet(host, 6443), *OK4) == GREETING + b"\x05\x01\x00" + address + b"\x19\x2b"


def test_a_password_is_offered_and_given_only_where_it_is_wanted():
    steps = greet("a", 80, "jane", "pw")
    answers = (b"\x05\x02", b"\x01\x00", *OK4[1:])
    assert talk(steps, *answers).startswith(b"\x05\x02\x00\x02\x01\x04jane\x02pw\x05\x01\x00")
    assert b"pw" not in talk(greet("a", 80, "jane", "pw"), *OK4)


@pytest.mark.parametrize(
    ("kind", "rest"), [(1, [bytes(6)]), (4, [bytes(18)]), (3, [b"\x05", b"proxy\x00\x50"])]
)
def test_the_address_of_the_proxy_is_skipped(kind, rest):
    talk(greet("a", 80), b"\x05\x00", bytes([5, 0, 0, kind]), *rest)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([b"HT"], "does not speak SOCKS5"),
        ([b"\x04\x00"], "does not speak SOCKS5"),
        ([b"\x05\xff"], "another kind of authentication"),
        ([b"\x05\x02"], "another kind of authentication"),  # not offered
        ([b"\x05\x00", b"\x04\x00\x00\x01"], "does not speak SOCKS5"),
        ([b"\x05\x00", b"\x05\x63\x00\x01"], "it says 99"),
        *([[b"\x05\x00", bytes([5, code, 0, 1])], words] for code, words in REPLIES.items()),
    ],
)
def test_each_no_is_told(answers, told):
    with pytest.raises(SocksError, match=told):
        talk(greet("a", 80), *answers)


def test_a_password_that_is_too_long():
    with pytest.raises(SocksError, match="more than 255 bytes"):
        talk(greet("a", 80, "jane", "x" * 256), b"\x05\x02", b"\x01\x00")
