"""A name server on a local UDP port, whose answers a test sets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers from `records`; what is not there does not exist; what is `None` stays unanswered."""

    records: dict[tuple[str, str], tuple[str, ...] | None] = field(default_factory=dict)
    ttl: int = 1
    rcode: dns.rcode.Rcode | None = None
    is_holding: bool = False
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    waiting: list = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, packet: bytes, address) -> None:
        query = dns.message.from_wire(packet)
        (question,) = query.question
        key = (question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype))
        self.asked.append(key)
        self.heard.set()
        if self.is_holding:
            self.waiting.append((query, key, address))
        else:
            self._answer(query, key, address)

    def release(self) -> None:
        self.is_holding = False
        for each in self.waiting:
            self._answer(*each)
        self.waiting.clear()

    async def asked_for(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.asked) < count:
                self.heard.clear()
                await self.heard.wait()

    def _answer(self, query, key, address) -> None:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        name, kind = key
        addresses = self.records.get(key, ())
        if self.rcode is not None:
            response.set_rcode(self.rcode)
        elif addresses:
            response.answer.append(
                dns.rrset.from_text(f"{name}.", self.ttl, "IN", kind, *addresses)
            )
        elif not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(response.to_wire(), address)

    def resolver(self, *search: str) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        resolver.search = [dns.name.from_text(each) for each in search]
        return resolver


@asynccontextmanager
async def name_server() -> AsyncIterator[NameServer]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    try:
        yield server
    finally:
        transport.close()
