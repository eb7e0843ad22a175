"""What a client asks before it asks: groups, resources, the version, a little OpenAPI."""

from typing import Any

from support.api_server.kinds import Kind, Kinds

VERSION = {
    "major": "1", "minor": "36", "gitVersion": "v1.36.0-test", "gitCommit": "", "gitTreeState": "",
    "buildDate": "", "goVersion": "", "compiler": "", "platform": "test/test",
}  # fmt: skip

VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

CONNECTS = {"portforward": "PortForward"}

HEALTH = ("healthz", "livez", "readyz")


def discover(kinds: Kinds, path: str) -> Any:
    """The answer to one of the paths that are about no object; None where there is no such path."""
    steps = path.strip("/").split("/")
    match steps:
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            groups = [_group(kinds, group) for group in kinds.groups()]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        case ["apis", group] if kinds.versions(group):
            return {**_group(kinds, group), "kind": "APIGroup", "apiVersion": "v1"}
        case ["api", "v1"]:
            return _resources(kinds, "", "v1")
        case ["apis", group, version] if version in kinds.versions(group):
            return _resources(kinds, group, version)
        case ["version"]:
            return VERSION
        case ["openapi", "v3", *rest]:
            return _open_apis(kinds, "/".join(rest))
    return None


def _group(kinds: Kinds, group: str) -> dict[str, Any]:
    versions = [
        {"groupVersion": f"{group}/{version}", "version": version}
        for version in kinds.versions(group)
    ]
    return {"name": group, "versions": versions, "preferredVersion": versions[0]}


def _resources(kinds: Kinds, group: str, version: str) -> dict[str, Any]:
    here = [kind for kind in kinds if (kind.group, kind.version) == (group, version)]
    listed = [each for kind in here for each in _entries(kind)]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{version}" if group else version,
        "resources": listed,
    }


def _entries(kind: Kind) -> list[dict[str, Any]]:
    common = {"namespaced": kind.namespaced, "kind": kind.kind}
    short = {"shortNames": list(kind.short)} if kind.short else {}
    main = {
        **common, "name": kind.plural, "singularName": kind.singular, "verbs": VERBS, **short,
    }  # fmt: skip
    status = {
        **common, "name": f"{kind.plural}/status", "singularName": "",
        "verbs": ["get", "patch", "update"],
    }  # fmt: skip
    connects = [
        {
            "name": f"{kind.plural}/{each}", "singularName": "", "namespaced": kind.namespaced,
            "kind": f"{kind.kind}{CONNECTS[each]}Options", "verbs": ["create", "get"],
        }
        for each in kind.connects
    ]  # fmt: skip
    return [main, *([status] if kind.has_status else []), *connects]


def _at(kind: Kind) -> str:
    return f"apis/{kind.group}/{kind.version}" if kind.group else f"api/{kind.version}"


def _ats(kinds: Kinds) -> list[str]:
    return sorted({_at(kind) for kind in kinds})


def _open_apis(kinds: Kinds, at: str) -> Any:
    if not at:
        return {"paths": {at: {"serverRelativeURL": f"/openapi/v3/{at}"} for at in _ats(kinds)}}
    return _open_api(kinds, at) if at in _ats(kinds) else None


def _open_api(kinds: Kinds, at: str) -> dict[str, Any]:
    """Only what kubectl looks for: that the server checks fields itself."""
    parameter = {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}
    dry_run = {**parameter, "name": "dryRun"}
    paths = {}
    for kind in kinds:
        if _at(kind) == at:
            place = "namespaces/{namespace}/" if kind.namespaced else ""
            paths[f"/{at}/{place}{kind.plural}/{{name}}"] = {
                "patch": {
                    "parameters": [dry_run, parameter],
                    "x-kubernetes-group-version-kind": {
                        "group": kind.group, "version": kind.version, "kind": kind.kind,
                    },
                    "responses": {"200": {"description": "OK"}},
                }
            }  # fmt: skip
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "test"}, "paths": paths}
