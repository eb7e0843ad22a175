"""Load balancer addresses and who announces them, as `portico status --lb` shows it."""

from collections.abc import Iterator, Mapping
from typing import Any

from portico.cli.output import printable


def announcing_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Interfaces first, then a line for each address, and why nobody has one."""
    if not found:
        yield "nothing is announced here: --only leaves lb out"
        return
    yield f"node      {printable(found['node'])}"
    for link in found["interfaces"]:
        others = ", ".join(_neighbour(each) for each in link["neighbours"]) or "nobody else"
        yield f"interface {printable(link['name'])}: {link['stage']}, with {printable(others)}"
    for name, reason in found["unusable"].items():
        yield f"unused    {printable(name)}: {reason}"
    for address in found["addresses"]:
        yield from _address(address)


def speaking_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """A line for each session of this node, and for each route."""
    for session in found.get("sessions", ()):
        state = session["state"] + (f" ({session['reason']})" if session["reason"] else "")
        bfd = f", BFD {session['bfd']['state']}" if session["bfd"] else ""
        where = f"{session['peer']} {session['address']} AS {session['remoteAS']}"
        yield f"session   {printable(where)}: {printable(state)}{bfd}"
    for route in found.get("routes", ()):
        services = printable(", ".join(route["services"]))
        told = ", ".join(f"{one['peer']} by {' '.join(one['nodes'])}" for one in route["routers"])
        yield f"{route['prefix']:<18} {printable(told or 'nobody is told')}  for {services}"
        for left in route["passedOver"] if not route["routers"] else ():
            yield f"                {printable(left['who'])}: {printable(left['reason'])}"


def _address(found: Mapping[str, Any]) -> Iterator[str]:
    owners = ", ".join(f"{one['node']} on {one['interface']}" for one in found["announced"])
    services = ", ".join(found["services"])
    yield f"{found['address']:<15} {printable(owners or 'nobody')}  for {printable(services)}"
    could = ", ".join(found["could"])
    if could:
        yield f"                next: {printable(could)}"
    for left in found["passedOver"] if not owners else ():
        yield f"                {printable(left['who'])}: {printable(left['reason'])}"
    if found["because"]:
        yield f"                {printable(found['because'])}"


def _neighbour(each: Mapping[str, Any]) -> str:
    if each["isDeaf"]:
        return f"{each['node']} (does not hear us)"
    return str(each["node"]) if each["takesPart"] else f"{each['node']} (not ready)"
