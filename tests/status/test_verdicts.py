"""Which Ingresses are ours and what is refused of whom, kept up to date from hints."""

import pytest

from portico.compiler.compiler import Compiler
from portico.model.decode import decode
from portico.model.ref import Ref
from portico.settings import Settings
from portico.status.kinds import regarding
from portico.status.verdicts import Verdicts
from portico.store import Store


def ingress(name, class_name="portico", service="shop", host="shop.example"):
    backend = {"service": {"name": service, "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    spec = {"rules": [{"host": host, "http": {"paths": paths}}]}
    annotations = {}
    if class_name.startswith("@"):
        annotations["kubernetes.io/ingress.class"] = class_name[1:]
    else:
        spec["ingressClassName"] = class_name
    return {
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": spec,
        "metadata": {"name": name, "namespace": "shop", "annotations": annotations},
    }  # fmt: skip


SERVICE = {
    "apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop", "namespace": "shop"},
    "spec": {"ports": [{"port": 80}]},
}  # fmt: skip

ELSEWHERE = {
    "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "theirs"},
    "spec": {"controller": "example.com/another"},
}  # fmt: skip


class World:
    def __init__(self):
        self._store = Store()
        self._compiler = Compiler(self._store, Settings())
        self.verdicts = Verdicts()

    def apply(self, *documents):
        changed = set()
        for document in documents:
            changed |= self._store.put(decode(document))
        return self._follow(changed)

    def drop(self, ref):
        return self._follow(self._store.drop(ref))

    def _follow(self, changed):
        hint = self._compiler.recompile(changed)
        told = self.verdicts.follow(self._compiler.plan, hint)
        anew = Verdicts()
        anew.follow(self._compiler.plan, hint)
        assert (anew.ours, set(anew.refs())) == (self.verdicts.ours, set(self.verdicts.refs()))
        return told


@pytest.fixture
def world():
    return World()


def ref(name):
    return Ref("Ingress", "shop", name)


def codes(world, name):
    return [refusal.because.value.code for refusal in world.verdicts.refused(ref(name))]


@pytest.mark.parametrize(("class_name", "is_ours", "told"), [
    ("portico",  True,  ["ServiceMissing"]),
    ("nginx",    True,  ["ServiceMissing"]),
    ("@nginx",   True,  ["ServiceMissing"]),
    ("theirs",   False, []),
    ("nobodys",  False, ["ClassMissing"]),
    ("@gce",     False, []),   # there, classes need no object
])  # fmt: skip
def test_whose_it_is_and_what_is_told(world, class_name, is_ours, told):
    world.apply(ELSEWHERE, ingress("one", class_name))
    assert (ref("one") in world.verdicts.ours) is is_ours
    assert codes(world, "one") == told
    assert world.verdicts.concerns(ref("one")) is (is_ours or bool(told))


def test_what_changes_is_told_and_nothing_else(world):
    world.apply(SERVICE, ingress("one"), ingress("two", host="two.example"))
    assert world.verdicts.ours == {ref("one"), ref("two")}
    assert world.apply(ingress("two", "theirs"), ELSEWHERE) == {ref("two")}
    assert world.verdicts.ours == {ref("one")}
    assert world.drop(ref("one")) >= {ref("one")}
    assert world.verdicts.ours == set()
    assert not world.verdicts.concerns(ref("one"))


def test_two_who_name_the_same_missing_service_are_both_told(world):
    world.apply(ingress("one"), ingress("two", host="two.example"))
    assert codes(world, "one") == codes(world, "two") == ["ServiceMissing"]
    assert world.apply(SERVICE) >= {ref("one"), ref("two")}
    assert "ServiceMissing" not in codes(world, "one") + codes(world, "two")


def test_who_comes_second(world):
    older, younger = ingress("one"), ingress("two")
    older["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    younger["metadata"]["creationTimestamp"] = "2026-01-02T00:00:00Z"
    world.apply(SERVICE, older, younger)
    assert "PathTaken" in codes(world, "two")
    assert "PathTaken" not in codes(world, "one")
    assert ref("two") in world.drop(ref("one"))
    assert "PathTaken" not in codes(world, "two")


def test_how_the_api_names_an_object():
    about = regarding(Ref("EndpointSlice", "shop", "shop-1"), "u")
    assert (about.api_version, about.uid) == ("discovery.k8s.io/v1", "u")
