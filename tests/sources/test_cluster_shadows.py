"""One object in a file and in the cluster."""

import pytest

from portico.model.core import Service, ServicePort, ServiceSpec
from portico.model.fact import Metadata
from portico.model.fault import Place
from portico.sources.contract import Blame, Drop, Put
from portico.sources.shadows import CLUSTER, FILES, Shadows
from portico.store import Store


def service(port):
    metadata = Metadata(name="a", namespace="shop")
    return Service(metadata=metadata, spec=ServiceSpec(ports=(ServicePort(port=port),)))


REF = service(1).ref
IN_FILE = Put(service(80), Place("a.yaml"))
IN_CLUSTER = Put(service(8080))


class Told:
    def __init__(self):
        self.store = Store()
        self.shadows = Shadows(self.store)

    def hear(self, source, event):
        for passed in self.shadows.passed(source, event):
            match passed:
                case Put(fact, place):
                    self.store.put(fact, place)
                case Drop(ref):
                    self.store.drop(ref)
                case Blame(file, faults):
                    self.store.blame(file, faults)

    @property
    def port(self):
        """Of the Service that is served; 0 if none is."""
        fact = self.store.get(REF)
        return fact.spec.ports[0].port if fact else 0

    @property
    def is_told(self):
        return any("a.yaml" in fault.reason for fault in self.store.faults())


@pytest.mark.parametrize(
    "events",
    [[(FILES, IN_FILE), (CLUSTER, IN_CLUSTER)], [(CLUSTER, IN_CLUSTER), (FILES, IN_FILE)]],
    ids=["file first", "cluster first"],
)
def test_the_file_is_served_whoever_comes_first(events):
    told = Told()
    for source, event in events:
        told.hear(source, event)
    assert (told.port, told.is_told) == (80, True)
    told.hear(CLUSTER, Put(service(8081)))
    assert (told.port, told.is_told) == (80, True)
    told.hear(FILES, Drop(REF))
    assert (told.port, told.is_told) == (8081, False)
    told.hear(CLUSTER, Drop(REF))
    assert told.port == 0


def test_what_leaves_the_cluster_hides_no_longer():
    told = Told()
    told.hear(FILES, IN_FILE)
    told.hear(CLUSTER, IN_CLUSTER)
    told.hear(CLUSTER, Drop(REF))
    assert (told.port, told.is_told) == (80, False)
    told.hear(FILES, Drop(REF))
    assert told.port == 0


def test_whoever_is_alone_is_served():
    for source in (FILES, CLUSTER):
        told = Told()
        told.hear(source, Put(service(80)))
        assert (told.port, told.is_told) == (80, False)
        told.hear(source, Drop(REF))
        assert told.port == 0


def test_other_sources_are_left_alone():
    told = Told()
    told.hear("dns", Put(service(80)))
    assert told.port == 80
