"""The bytes of a file as UTF-8, or why they are no text."""

import codecs
from typing import Final

from portico.sources.text.wording import Broken

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one file."""

_WIDE: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def too_large(size: int) -> Broken | None:
    if size <= LARGEST:
        return None
    limit = LARGEST // 1024 // 1024
    return Broken(1, f"is larger than {limit} MiB", "split it into several files")


def as_utf8(raw: bytes) -> bytes | Broken:
    """Without a byte order mark, and certainly valid."""
    encoding = _WIDE.get(raw[:2], "utf-8")
    text = raw.removeprefix(codecs.BOM_UTF8) if encoding == "utf-8" else raw[2:]
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        octet = text[error.start]
        return Broken(line, f"is not UTF-8: it holds the byte 0x{octet:02x}", "save it as UTF-8")
    if (position := decoded.find("\0")) >= 0:
        line = decoded.count("\n", 0, position) + 1
        return Broken(line, "holds a NUL byte", "it is no text file, or was cut off by a crash")
    return text if encoding == "utf-8" else decoded.encode()
