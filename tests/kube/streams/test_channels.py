"""v4.channel.k8s.io, as conversations, and as anything else that may come."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kube.streams import playbook
from kube.streams.peer import websocket_frame
from kube.streams.test_websocket import new_websocket
from portico.kube.streams import channels
from portico.kube.streams.channels import ChannelError, Channels
from portico.kube.streams.websocket import Payload, WebSocketError


def wire(line: str) -> bytes:
    """A message of a channel, or in the words of WebSockets a fragment of one."""
    if not line.startswith("MESSAGE "):
        return websocket_frame(line)
    _, channel, *words = line.split(" ")
    content = bytes.fromhex(words[1]) if words[0] == "HEX" else " ".join(words).encode()
    return bytes([0x82, len(content) + 1, int(channel)]) + content


def understood(pieces: Iterable[bytes]) -> tuple[list[str], str]:
    """The lines of what came, as long as it could be understood, and why no longer."""
    websocket, both, error = new_websocket(), Channels(), ""
    parts: list[tuple[int, bytes]] = []
    try:
        for piece in pieces:
            for event in websocket.receive(piece):
                for channel, content in both.receive(event) if isinstance(event, Payload) else ():
                    if parts and parts[-1][0] == channel:
                        parts[-1] = (channel, parts[-1][1] + bytes(content))
                    else:
                        parts.append((channel, bytes(content)))
    except (ChannelError, WebSocketError) as wrong:
        error = str(wrong)
    return [f"Channel {number} {text.decode(errors='replace')}" for number, text in parts], error


@pytest.mark.parametrize("path", playbook.paths("channels"), ids=lambda path: path.stem)
def test_a_conversation_is_understood_however_it_is_cut(path: Path) -> None:
    conversation = playbook.read(path)
    content = b"".join(wire(line) for line in conversation.sent)
    for pieces in playbook.pieces_of(content):
        lines, error = understood(pieces)
        assert lines == conversation.understood
        assert error.startswith(conversation.error)
        assert bool(error) == bool(conversation.error)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8))
def test_no_messages_raise_anything_else(messages: list[bytes]) -> None:
    understood(bytes([0x82, len(message)]) + message for message in messages)


def test_what_is_sent_begins_with_the_channel() -> None:
    assert channels.message(b"GET /") == b"\x00GET /"
    assert channels.message(memoryview(b"GET /")) == b"\x00GET /"
