"""Which packets the kernel wakes us for: classic BPF programs on packet sockets (socket(7)).

Everything else on a busy network costs the kernel some nanoseconds, and us nothing.
"""

import ctypes
import socket
import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from portico.engines.arp.datagram import GROUP_IPV4
from portico.engines.arp.ethernet import HEADER_SIZE

_SO_ATTACH_FILTER: Final = 26
_INSTRUCTION: Final = struct.Struct("=HBBI")

# linux/bpf_common.h: load a word, half-word or byte at an absolute place; jump if equal; return.
_LOAD_WORD: Final = 0x20
_LOAD_HALF: Final = 0x28
_LOAD_BYTE: Final = 0x30
_JUMP_IF_EQUAL: Final = 0x15
_RETURN: Final = 0x06

# linux/filter.h: what the kernel knows of a packet beside its bytes.
_TYPE: Final = 0xFFFFF000 + 4
_HAS_VLAN_TAG: Final = 0xFFFFF000 + 48
_FOR_ANOTHER_HOST: Final = 3

_WHOLE: Final = 0xFFFF
_YES: Final = "yes"
_NO: Final = "no"


class Step(NamedTuple):
    """Load what stands somewhere and compare; where to go on is `yes`, `no` or a number of steps
    to skip.
    """

    load: int
    place: int
    value: int
    equal: str | int
    other: str | int


_OURS: Final = (
    # Of a VLAN that has no interface here, or caught because the interface listens to everything.
    Step(_LOAD_WORD, _HAS_VLAN_TAG, 0, 0, _NO),
    Step(_LOAD_WORD, _TYPE, _FOR_ANOTHER_HOST, _NO, 0),
)

ARP: Final = (
    *_OURS,
    Step(_LOAD_HALF, HEADER_SIZE + 6, 1, _YES, 0),  # a request
    Step(_LOAD_HALF, HEADER_SIZE + 6, 2, _YES, _NO),
)


def ipv4(port: int) -> tuple[Step, ...]:
    """Datagrams to our group and port."""
    group = int.from_bytes(GROUP_IPV4, "big")
    return (
        *_OURS,
        Step(_LOAD_BYTE, HEADER_SIZE + 9, socket.IPPROTO_UDP, 0, _NO),
        Step(_LOAD_WORD, HEADER_SIZE + 16, group, 0, _NO),
        Step(_LOAD_HALF, HEADER_SIZE + 20 + 2, port, _YES, _NO),
    )


def ipv6(port: int) -> tuple[Step, ...]:
    """Neighbour solicitations and advertisements, and datagrams to our port."""
    return (
        *_OURS,
        Step(_LOAD_BYTE, HEADER_SIZE + 7, 255, 0, _NO),  # the hop limit
        Step(_LOAD_BYTE, HEADER_SIZE + 6, socket.IPPROTO_ICMPV6, 0, 2),
        Step(_LOAD_BYTE, HEADER_SIZE + 40, 135, _YES, 0),
        Step(_LOAD_BYTE, HEADER_SIZE + 40, 136, _YES, _NO),
        Step(_LOAD_BYTE, HEADER_SIZE + 6, socket.IPPROTO_UDP, 0, _NO),
        Step(_LOAD_HALF, HEADER_SIZE + 40 + 2, port, _YES, _NO),
    )


def attach(to: socket.socket, steps: Sequence[Step]) -> None:
    """From now on only such packets come. Raises OSError."""
    program = ctypes.create_string_buffer(assemble(steps))
    count = len(program) // _INSTRUCTION.size
    to.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", count, ctypes.addressof(program))
    )


def assemble(steps: Sequence[Step]) -> bytes:
    """Two instructions a step; behind them no, and yes."""
    size = 2 * len(steps)
    code = []
    for number, step in enumerate(steps):
        after = 2 * number + 2

        def jump(where: str | int, after: int = after) -> int:
            return (
                {_NO: size, _YES: size + 1}[where] - after if isinstance(where, str) else 2 * where
            )

        code += [
            _INSTRUCTION.pack(step.load, 0, 0, step.place),
            _INSTRUCTION.pack(_JUMP_IF_EQUAL, jump(step.equal), jump(step.other), step.value),
        ]
    code += [_INSTRUCTION.pack(_RETURN, 0, 0, answer) for answer in (0, _WHOLE)]
    return b"".join(code)
