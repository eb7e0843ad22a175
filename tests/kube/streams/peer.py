"""The server's side of the wire forms, written from the protocols and not from our code."""

import struct
import zlib
from collections.abc import Iterable, Iterator

from portico.kube.streams.spdy_dictionary import DICTIONARY

CONTROL = {"SYN_STREAM": 1, "SYN_REPLY": 2, "RST_STREAM": 3, "SETTINGS": 4, "NOOP": 5, "PING": 6,
           "GOAWAY": 7, "HEADERS": 8, "WINDOW_UPDATE": 9}  # fmt: skip
NAMES = {number: name for name, number in CONTROL.items()}
OPCODES = {"CONTINUATION": 0, "TEXT": 1, "BINARY": 2, "CLOSE": 8, "PING": 9, "PONG": 10}


class SpdyPeer:
    """Frames to lines and back: `DATA 3 hello FIN`, `SYN_REPLY 1 a=b`, `RST_STREAM 3 5`."""

    def __init__(self) -> None:
        self._packing = zlib.compressobj(zdict=DICTIONARY)
        self._unpacking = zlib.decompressobj(zdict=DICTIONARY)
        self._received = b""

    def frame(self, line: str) -> bytes:
        name, *words = line.split(" ")
        flags = 1 if words[-1:] == ["FIN"] else 0
        words = words[: len(words) - flags]
        if name == "HEX":
            return bytes.fromhex("".join(words))
        if name == "DATA":
            content = " ".join(words[1:]).encode()
            return struct.pack("!II", int(words[0]), flags << 24 | len(content)) + content
        return self._control(CONTROL[name], flags, words)

    def lines(self, received: bytes) -> Iterator[str]:
        """Of all frames that are whole."""
        self._received += received
        while len(self._received) >= 8:
            first, second = struct.unpack_from("!II", self._received)
            size = 8 + (second & 0xFFFFFF)
            if len(self._received) < size:
                return
            payload, self._received = self._received[8:size], self._received[size:]
            end = " FIN" if second >> 24 & 1 else ""
            if first >> 31:
                yield self._told(first & 0xFFFF, payload) + end
            else:
                yield f"DATA {first} {payload.decode()}".rstrip() + end

    def _control(self, kind: int, flags: int, words: list[str]) -> bytes:
        numbers = [int(word) for word in words if word.isdecimal()]
        payload = b"".join(struct.pack("!I", number) for number in numbers)
        if kind in (1, 2, 8):
            payload += bytes(6) if kind == 1 else b""
            payload += self._block([word.split("=") for word in words if "=" in word])
        return struct.pack("!HHI", 0x8003, kind, flags << 24 | len(payload)) + payload

    def _block(self, pairs: Iterable[list[str]]) -> bytes:
        texts = [text.encode() for pair in pairs for text in pair]
        block = struct.pack("!I", len(texts) // 2)
        block += b"".join(struct.pack("!I", len(text)) + text for text in texts)
        return self._packing.compress(block) + self._packing.flush(zlib.Z_SYNC_FLUSH)

    def _told(self, kind: int, payload: bytes) -> str:
        words = [NAMES[kind]]
        if kind == 1:
            words.append(str(int.from_bytes(payload[:4], "big")))
            words += self._pairs(self._unpacking.decompress(payload[10:]))
        else:
            words += [str(number) for (number,) in struct.iter_unpack("!I", payload)]
        return " ".join(words)

    def _pairs(self, block: bytes) -> Iterator[str]:
        texts, at = [], 4
        while at < len(block):
            size = int.from_bytes(block[at : at + 4], "big")
            texts.append(block[at + 4 : at + 4 + size].decode())
            at += 4 + size
        assert len(texts) == 2 * int.from_bytes(block[:4], "big")
        for name, value in zip(texts[::2], texts[1::2], strict=True):
            yield f"{name}={value}"


def websocket_frame(line: str) -> bytes:
    """As a server writes it, from a line: MORE stands in a fragment that is not the last."""
    name, *words = line.split(" ")
    if name == "HEX":
        return bytes.fromhex("".join(words))
    is_last = words[:1] != ["MORE"]
    content = " ".join(words[0 if is_last else 1 :]).encode()
    if name == "CLOSE" and words:
        content = struct.pack("!H", int(words[0])) + " ".join(words[1:]).encode()
    return websocket_bytes(OPCODES[name], content, is_last=is_last)


def websocket_bytes(opcode: int, content: bytes, *, is_last: bool = True) -> bytes:
    first = (0x80 if is_last else 0) | opcode
    if len(content) < 126:
        return bytes([first, len(content)]) + content
    if len(content) < 1 << 16:
        return struct.pack("!BBH", first, 126, len(content)) + content
    return struct.pack("!BBQ", first, 127, len(content)) + content


def unmasked(sent: bytes) -> Iterator[tuple[int, bytes]]:
    """Opcodes and contents of what a client has sent."""
    while sent:
        assert sent[0] & 0x80, "in fragments"
        assert sent[1] & 0x80, "not masked"
        extended = {126: 2, 127: 8}.get(sent[1] & 0x7F, 0)
        length = int.from_bytes(sent[2 : 2 + extended], "big") if extended else sent[1] & 0x7F
        key = sent[2 + extended : 6 + extended]
        masked = sent[6 + extended : 6 + extended + length]
        yield sent[0] & 0x0F, bytes(byte ^ key[at % 4] for at, byte in enumerate(masked))
        sent = sent[6 + extended + length :]
