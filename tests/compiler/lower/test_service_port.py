"""Which Service port a backend means."""

import pytest

from portico.compiler.lower.service_port import Flaw, service_port
from portico.model.networking import BackendPort, IngressBackend, Resource, ServiceBackend

CAUSES = {
    "": "BackendMissing",
    ".resource": "ResourceUnsupported",
    ".service.name": "ServiceInvalid",
    ".service.port": "PortAmbiguous",
    ".service.port.name": "PortInvalid",
}


def to(name: str, port_name: str = "", number: int | None = None) -> IngressBackend:
    return IngressBackend(service=ServiceBackend(name, BackendPort(port_name, number)))


@pytest.mark.parametrize(
    "backend",
    [
        to("cart", number=80), to("cart", "http"), to("cart", "8a"), to("1", "a-b"),
        to("a" * 63, "a" * 63),
    ],
    ids=range(5),
)  # fmt: skip
def test_a_service_and_one_port(backend: IngressBackend) -> None:
    assert service_port(backend) is backend.service


@pytest.mark.parametrize(
    ("backend", "field"),
    [
        (IngressBackend(),                              ""),
        (to("cart"),                                    ""),
        (to("", "http"),                                ""),
        (IngressBackend(resource=Resource("Bucket")),   ".resource"),
        (IngressBackend(to("a").service, Resource()),   ".resource"),
        (to("a/b", "http"),                             ".service.name"),
        (to("a.b", "http"),                             ".service.name"),
        (to("Cart", "http"),                            ".service.name"),
        (to("cart\n", "http"),                          ".service.name"),
        (to("a" * 64, "http"),                          ".service.name"),
        (to("\ud800", "http"),                          ".service.name"),
        (to("a" * 1_000_000, "http"),                   ".service.name"),
        (to("cart", "http", 80),                        ".service.port"),
        (to("cart", "80"),                              ".service.port.name"),  # no number
        (to("cart", "8-0"),                             ".service.port.name"),
        (to("cart", "a/80"),                            ".service.port.name"),
        (to("cart", "Http"),                            ".service.port.name"),
        (to("cart", "http\n"),                          ".service.port.name"),
        (to("cart", "-"),                               ".service.port.name"),
        (to("cart", "\0"),                              ".service.port.name"),
    ],
    ids=range(20),
)  # fmt: skip
def test_what_cannot_be_asked_for(backend: IngressBackend, field: str) -> None:
    flaw = service_port(backend)
    assert isinstance(flaw, Flaw)
    assert (flaw.field, flaw.because.value.code) == (field, CAUSES[field])


def test_no_two_backends_read_the_same() -> None:
    """A number as a name would make the key of another port; so it is refused."""
    number, name = (service_port(to("cart", *port)) for port in (("", 80), ("80", None)))
    assert isinstance(number, ServiceBackend)
    assert isinstance(name, Flaw)
