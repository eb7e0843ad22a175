"""RFC 6455 from the client's side, as conversations, and as anything else that may come."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kube.streams import playbook
from kube.streams.peer import unmasked, websocket_frame
from portico.kube.streams.masking import apply_mask
from portico.kube.streams.websocket import (
    Closed,
    Event,
    Opcode,
    Payload,
    Ping,
    Pong,
    WebSocket,
    WebSocketError,
    accept_of,
)


def new_websocket(random: Callable[[int], bytes] = os.urandom) -> WebSocket:
    return WebSocket(apply_mask, random)


def understood(pieces: Iterable[bytes]) -> tuple[list[str], str]:
    """The lines of what came, as long as it could be understood, and why no longer."""
    websocket, events, error = new_websocket(), list[Event](), ""
    try:
        for piece in pieces:
            for event in websocket.receive(piece):
                before = events[-1] if events else None
                if isinstance(event, Payload) and isinstance(before, Payload) and not event.starts:
                    content = bytes(before.content) + bytes(event.content)
                    events[-1] = Payload(memoryview(content), before.starts)
                else:
                    events.append(event)
    except WebSocketError as wrong:
        error = str(wrong)
    return [told(event) for event in events], error


def told(event: Event) -> str:
    match event:
        case Payload(content, starts):
            word = "Message" if starts else "More"
            return f"{word} {bytes(content).decode(errors='replace')}"
        case Ping(content):
            return f"Ping {content.decode(errors='replace')}".rstrip()
        case Pong(content):
            return f"Pong {content.decode(errors='replace')}".rstrip()
        case Closed(code, reason):
            return f"Closed {code} {reason}".rstrip()


@pytest.mark.parametrize("path", playbook.paths("websocket"), ids=lambda path: path.stem)
def test_a_conversation_is_understood_however_it_is_cut(path: Path) -> None:
    conversation = playbook.read(path)
    content = b"".join(websocket_frame(line) for line in conversation.sent)
    for pieces in playbook.pieces_of(content):
        lines, error = understood(pieces)
        assert lines == conversation.understood
        assert error.startswith(conversation.error)
        assert bool(error) == bool(conversation.error)


@pytest.mark.parametrize("path", playbook.paths("websocket"), ids=lambda path: path.stem)
def test_the_beginning_of_a_frame_behind_it_changes_nothing(path: Path) -> None:
    conversation = playbook.read(path)
    content = b"".join(websocket_frame(line) for line in conversation.sent)
    for trailing in ("82", "827e01", "890461"):
        lines, _ = understood([content + bytes.fromhex(trailing)])
        assert lines == conversation.understood


@given(st.lists(st.binary(max_size=40), max_size=8))
@example([b"\x82\x7f" + b"\xff" * 8])
@example([b"\x88\x01\x03"])
def test_no_bytes_raise_anything_else(pieces: list[bytes]) -> None:
    understood(pieces)  # anything but WebSocketError would come out


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_000])
def test_what_is_sent_is_masked_with_a_key_of_its_own(size: int) -> None:
    content = os.urandom(size)
    keys = iter([b"\x01\x02\x03\x04", b"\xaa\xbb\xcc\xdd"])
    websocket = new_websocket(lambda size: next(keys))
    for key in (b"\x01\x02\x03\x04", b"\xaa\xbb\xcc\xdd"):
        sent = websocket.frame(Opcode.BINARY, content[:8], content[8:])
        assert list(unmasked(sent)) == [(Opcode.BINARY, content)]
        assert sent[len(sent) - size - 4 : len(sent) - size] == key


@pytest.mark.parametrize("cut", [0, 1, 3, 4, 9])
def test_parts_are_masked_as_if_they_were_one(cut: int) -> None:
    content = os.urandom(20)
    sent = new_websocket().frame(Opcode.BINARY, content[:cut], content[cut:12], content[12:])
    assert list(unmasked(sent)) == [(Opcode.BINARY, content)]


def test_the_answer_to_a_handshake_is_the_one_of_the_rfc() -> None:
    assert accept_of("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
