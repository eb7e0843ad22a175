"""Pods, Services and slices as an API server tells them, with the fields a test is about."""

import msgspec

from portico.forward.pods import Pod
from portico.forward.services import Service, Slice


def read(kind, document):
    return msgspec.json.decode(msgspec.json.encode(document), type=kind)


def pod(name, *, ready=True, phase="Running", node="node-a", uid=None, deleted=None, since=None,
        restarts=0, created=None, ports=(), **more):  # fmt: skip
    metadata = {"name": name, "namespace": "shop", "uid": uid or f"uid-{name}"}
    metadata |= {"deletionTimestamp": deleted} if deleted else {}
    metadata |= {"creationTimestamp": created} if created else {}
    condition = {"type": "Ready", "status": "True" if ready else "False"}
    condition |= {"lastTransitionTime": since} if since else {}
    spec = {"containers": [{"name": "main", "ports": list(ports)}], **more}
    spec |= {"nodeName": node} if node else {}
    statuses = [{"name": "main", "restartCount": restarts}]
    status = {"phase": phase, "conditions": [condition], "containerStatuses": statuses}
    return read(Pod, {"metadata": metadata, "spec": spec, "status": status})


def port(number, name="", protocol="TCP"):
    return {"containerPort": number, "name": name, "protocol": protocol}


def service(*ports, selector=("app", "web"), cluster_ip="10.0.0.1"):
    spec = {"ports": list(ports), "clusterIP": cluster_ip}
    spec |= {"selector": dict([selector])} if selector else {}
    return read(Service, {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec})


def endpoint(name, *, ready=None, terminating=None, kind="Pod", address="10.1.0.1"):
    conditions = {"ready": ready, "terminating": terminating}
    ref = {"targetRef": {"kind": kind, "name": name}} if name else {}
    return {"addresses": [address], "conditions": conditions, **ref}


def slice_of(*endpoints, ports=()):
    document = {"metadata": {"name": "web-1"}, "endpoints": list(endpoints), "ports": list(ports)}
    return read(Slice, document)
