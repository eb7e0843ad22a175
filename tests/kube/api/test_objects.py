"""One by one."""

import pytest

from kube.api.follower import CONFIG_MAPS, Configured, config_map
from portico.kube.api.objects import Objects
from portico.kube.api.resource import Resource
from portico.kube.api.told import Key
from portico.kube.api.wanted import typed
from portico.kube.http.errors import (
    ConflictError,
    ForbiddenError,
    GarbledError,
    InvalidError,
    NotFoundError,
)

SHOP = Key("default", "shop")
INGRESSES = Resource("networking.k8s.io", "v1", "ingresses", "Ingress")


@pytest.fixture
def maps(client):
    return Objects(client, CONFIG_MAPS, typed(Configured))


async def test_made_read_replaced_deleted(maps):
    made = await maps.create("default", config_map("shop", colour="red"))
    assert await maps.get(SHOP) == made
    version = made.metadata.resourceVersion
    wanted = config_map("shop", colour="blue")
    wanted["metadata"]["resourceVersion"] = version
    assert (await maps.replace(SHOP, wanted)).data == {"colour": "blue"}
    with pytest.raises(ConflictError):
        await maps.replace(SHOP, wanted)
    with pytest.raises(ConflictError):
        await maps.delete(SHOP, "of another one")
    await maps.delete(SHOP, made.metadata.uid)
    with pytest.raises(NotFoundError):
        await maps.get(SHOP)


async def test_made_twice(maps):
    await maps.create("default", config_map("shop"))
    with pytest.raises(ConflictError) as caught:
        await maps.create("default", config_map("shop"))
    assert caught.value.status.reason == "AlreadyExists"


async def test_merged_only_in_the_version_that_was_meant(maps):
    made = await maps.create("default", config_map("shop", colour="red", size="9"))
    patch = {"metadata": {"resourceVersion": made.metadata.resourceVersion},
             "data": {"colour": "blue", "size": None}}  # fmt: skip
    assert (await maps.merge(SHOP, patch)).data == {"colour": "blue"}
    with pytest.raises(ConflictError):
        await maps.merge(SHOP, patch)


async def test_applied_fields_are_ours_and_the_others_stay(maps, server):
    await Objects(maps.client, CONFIG_MAPS, typed(Configured), "somebody").create(
        "default", config_map("shop", colour="red", size="9")
    )
    await maps.apply(SHOP, config_map("shop", colour="blue", ours="1"))
    assert (await maps.get(SHOP)).data == {"colour": "blue", "size": "9", "ours": "1"}
    await maps.apply(SHOP, config_map("shop", colour="blue"))
    assert (await maps.get(SHOP)).data == {"colour": "blue", "size": "9"}
    managed = server.get("configmaps", *SHOP)["metadata"]["managedFields"]
    assert {each["manager"] for each in managed} == {"portico", "somebody"}


async def test_status_is_apart(client, server):
    backend = {"service": {"name": "shop", "port": {"number": 80}}}
    server.put({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                "metadata": {"name": "shop"}, "spec": {"defaultBackend": backend}})  # fmt: skip
    ingresses = Objects(client, INGRESSES, typed(dict))
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    await ingresses.merge(SHOP, {"status": status, "spec": {"defaultBackend": None}}, "status")
    got = await ingresses.get(SHOP)
    assert got["status"] == status
    assert got["spec"]["defaultBackend"] == backend
    asked = [each for each in server.requests if each.verb == "patch"]
    assert [(each.resource, each.query["fieldManager"]) for each in asked] == [
        ("ingresses/status", "portico")
    ]


async def test_pages_are_of_one_moment(maps, server):
    server.put(*(config_map(f"map-{each:04}") for each in range(1100)))
    pages = maps.pages()
    names = {each.metadata.name for each in await anext(pages)}
    server.put(config_map("zzz"))
    server.remove("configmaps", "default", "map-1099")
    async for page in pages:
        names |= {each.metadata.name for each in page}
    assert len(names) == 1100
    assert "zzz" not in names


async def test_refusals(maps, server):
    with pytest.raises(InvalidError):
        await maps.create("default", config_map("Not A Name"))
    with pytest.raises(NotFoundError):
        await maps.create("nowhere", config_map("shop", "nowhere"))
    server.access.rules["anybody"] = []
    with pytest.raises(ForbiddenError) as caught:
        await maps.create("default", config_map("shop"))
    denied = caught.value.denied
    assert (denied.verb, denied.resource, denied.namespace) == ("create", "configmaps", "default")


async def test_an_object_that_is_not_as_expected(client, server):
    server.put(config_map("shop"))
    with pytest.raises(GarbledError, match="shop"):
        await Objects(client, CONFIG_MAPS, typed(int)).get(SHOP)
