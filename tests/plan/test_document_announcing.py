"""Who announces addresses, as plain values."""

from portico.model.ref import Ref
from portico.plan.backend import LeftOut
from portico.plan.document import unit_document
from portico.plan.key import Origin
from portico.plan.layer2 import Announcer, Layer2, layer2_key

WEB = Ref("Service", "shop", "web")
NODE = Ref("Node", "", "b")


def test_an_address_at_layer_2() -> None:
    unit = Layer2(
        layer2_key("192.0.2.7"),
        "192.0.2.7",
        (WEB,),
        "2001:db8::7",
        (Announcer("a", 60, ("eth0",)), Announcer("c")),
        None,
        (LeftOut("b", Origin(NODE, ""), "the node is being deleted"),),
        Origin(WEB, "spec.type"),
    )
    assert unit_document(unit) == {
        "address": "192.0.2.7",
        "services": ["Service shop/web"],
        "drawnBy": "2001:db8::7",
        "candidates": [{"node": "a", "weight": 60, "interfaces": ["eth0"]}, {"node": "c"}],
        "passedOver": [
            {
                "who": "b",
                "reason": "the node is being deleted",
                "from": {"object": "Node b", "field": ""},
            }
        ],
        "from": {"object": "Service shop/web", "field": "spec.type"},
    }


def test_where_every_node_may() -> None:
    anyone = Announcer("")
    unit = Layer2(
        layer2_key("192.0.2.7"), "192.0.2.7", (WEB,), "192.0.2.7", (), anyone, (), Origin(WEB, "")
    )
    document = unit_document(unit)
    assert document["anyone"] == {"node": "(any)"}
    assert "drawnBy" not in document
