"""What nodes say to each other: signed, numbered, and never believed when it is old or forged."""

import hashlib
import hmac

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.engines.arp.message import (
    MARK,
    Ask,
    Beat,
    Bye,
    ForgedError,
    MalformedError,
    Message,
    Mood,
    Offer,
    Release,
    Reply,
    Sender,
    Take,
    seal,
    unseal,
)
from portico.engines.arp.peers import (
    MOST_ALIVE,
    CrowdError,
    NamesakeError,
    Peers,
    ReplayError,
)
from support import effort

KEY, OLD, OTHER = b"k" * 32, b"o" * 32, b"x" * 32
VIP = bytes((192, 0, 2, 100))


def said(body=Bye(), node="n1", generation=5, sequence=1):  # noqa: B008  # frozen
    return Message(Sender(node, generation, sequence, int(Mood.READY), 300, ("eth0",)), body)


@pytest.mark.parametrize(
    "body",
    [
        Beat((1, 2**63), 3, (VIP,)),
        Ask((VIP, bytes(16))),
        Take((VIP,)),
        Reply(5, 9, (VIP,), (bytes(16),)),
        Offer((VIP,)),
        Release(()),
        Bye(),
    ],
)
def test_what_is_sealed_is_unsealed_with_the_same_secret_and_no_other(body):
    sealed = seal(said(body), KEY)
    assert unseal(sealed, [KEY]) == said(body)
    assert unseal(sealed, [OTHER, KEY]) == said(body), "while the secret is changed"
    for keys in ([OTHER], [b""], []):
        with pytest.raises(ForgedError):
            unseal(sealed, keys)


def test_the_signature_is_hmac_sha256_of_everything():
    sealed = seal(said(), KEY)
    content = sealed[len(MARK) + 32 :]
    expected = hmac.new(KEY, MARK + content, hashlib.sha256).digest()
    assert sealed == MARK + expected + content


def test_the_longest_message_fits_into_a_packet():
    names = tuple(f"can_reach:2001:db8:1:2:3:4:5:{number}" for number in range(8))
    sender = Sender("n" * 253, 2**63, 2**63, 7, 60_000, names)
    generations = tuple(2**63 + number for number in range(32))
    for body in (
        Beat(generations, 2**32, (bytes(16),) * 16),
        Ask((bytes(16),) * 40),
        Reply(2**63, 2**63, (bytes(16),) * 40, ()),
    ):
        assert len(seal(Message(sender, body), KEY)) <= 1400


@effort.packets
@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_nothing_but_two_errors_comes_of_what_is_not_ours(noise, place, value):
    for datagram in (noise, MARK + noise, _changed(seal(said(Ask((VIP,))), KEY), place, value)):
        try:
            unseal(datagram, [KEY])
        except (ForgedError, MalformedError):
            continue
        assert datagram == seal(said(Ask((VIP,))), KEY)


@given(
    st.recursive(st.one_of(st.integers(0, 300), st.text(), st.binary()), st.lists, max_leaves=20)
)
def test_whoever_knows_the_secret_cannot_raise_anything_else_either(nonsense):
    content = msgspec.msgpack.encode(nonsense)
    tag = hmac.digest(KEY, MARK + content, "sha256")
    try:
        message = unseal(MARK + tag + content, [KEY])
    except MalformedError:
        return
    assert isinstance(message, Message)


def test_what_was_said_before_is_not_believed_again():
    peers = Peers("n0", 1)
    peers.hear(said(sequence=1).sender, 0.0)
    peers.hear(said(sequence=2).sender, 0.1)
    for old in (said(sequence=2), said(sequence=1), said(generation=4, sequence=9)):
        with pytest.raises(ReplayError):
            peers.hear(old.sender, 0.2)
    for peer in peers.expire(9.0):
        assert peer.node == "n1"
    with pytest.raises(ReplayError):  # the dead do not come back by a recording
        peers.hear(said(sequence=2).sender, 9.0)
    assert peers.hear(said(generation=6, sequence=1).sender, 9.1).is_new


@pytest.mark.parametrize("size", [5, 8, 15])
def test_addresses_of_no_family(size):
    odd = bytes(size)
    for body in (Beat((), 1, (odd,)), Ask((VIP, odd)), Reply(1, 1, (), (odd,)), Release((odd,))):
        with pytest.raises(MalformedError):
            unseal(seal(said(body), KEY), [KEY])


def test_a_crowd_that_somebody_makes_up_is_not_kept():
    peers = Peers("n0", 1)
    for number in range(MOST_ALIVE):
        peers.hear(said(node=f"x{number}").sender, 0.0)
    with pytest.raises(CrowdError):
        peers.hear(said(node="one-too-many").sender, 0.0)
    assert peers.hear(said(node="x7", sequence=2).sender, 0.1).peer.node == "x7"
    peers.expire(9.0)
    assert peers.hear(said(node="one-too-many").sender, 9.0).is_new


def test_our_own_words_and_those_of_a_namesake():
    peers = Peers("n1", 5)
    with pytest.raises(ReplayError):
        peers.hear(said().sender, 0.0)
    with pytest.raises(NamesakeError):
        peers.hear(said(generation=6).sender, 0.0)
    assert not len(peers)


def _changed(datagram: bytes, place: int, value: int) -> bytes:
    changed = bytearray(datagram)
    changed[place % len(changed)] = value
    return bytes(changed)
