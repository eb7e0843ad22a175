"""The checksum of the Internet protocols (RFC 1071)."""

import struct


def checksum(*parts: bytes) -> int:
    """Over parts of even length; the last one may be odd."""
    content = b"".join(parts)
    if len(content) % 2:
        content += b"\0"
    total: int = sum(struct.unpack(f"!{len(content) // 2}H", content))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_header(source: bytes, target: bytes, protocol: int, size: int) -> bytes:
    """What transport checksums add to their own bytes; of IPv4 and of IPv6 (RFC 8200)."""
    if len(source) == 4:
        return source + target + struct.pack("!BBH", 0, protocol, size)
    return source + target + struct.pack("!IHBB", size, 0, 0, protocol)
