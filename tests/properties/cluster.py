"""Strategies for facts of all kinds. Names are few, so that facts meet."""

from hypothesis import strategies as st

from model import build
from model.certificates import pair
from portico.compiler.lower.ingress_class import CLASS_ANNOTATION
from portico.compiler.lower.ingress_redirect import SSL_REDIRECT
from portico.model.fact import Fact
from properties.layer_4 import (
    addresses,
    all_services,
    external_names,
    l4_facts,
    names,
    namespaces,
    pods,
    protocols,
)

dated_names = st.builds(
    lambda name, year: name + year, names, st.sampled_from(["", "@2024", "@2025"])
)
hosts = st.sampled_from(["", "a.example", "b.example", "*.example", "Bad Host"])
ports = st.sampled_from(["80", "80", "web"])
services = st.builds(lambda name, port: f"{name}:{port}", names, ports)
controllers = st.sampled_from(
    ["portico.dev/ingress", "portico.dev/ingress", "k8s.io/ingress-nginx", "other/controller"]
)
paths = st.builds(
    lambda match, path, service: f"{match}{path} {service}",
    st.sampled_from(["", "= ", "~ "]),
    st.sampled_from(["/", "/x", "/x/", "/x/y", "no-slash"]),
    services,
)
rules = st.builds(lambda host, found: build.rule(host, *found), hosts, st.lists(paths, max_size=3))
tls = st.lists(st.tuples(names, st.lists(hosts, max_size=2)), max_size=2)


@st.composite
def ingresses(draw: st.DrawFn) -> Fact:
    annotations = {}
    if text := draw(st.sampled_from(["", "", "false", "maybe"])):
        annotations[SSL_REDIRECT] = text
    if text := draw(st.sampled_from(["", "", "", "a", "nginx"])):
        annotations[CLASS_ANNOTATION] = text
    fields: dict[str, object] = {"annotations": annotations}
    if text := draw(st.sampled_from(["", "", "", "", "a", "portico"])):
        fields["ingressClassName"] = text
    return build.ingress(
        draw(dated_names),
        *draw(st.lists(rules, max_size=3)),
        namespace=draw(namespaces),
        default=draw(st.one_of(st.just(""), services)),
        tls=draw(tls),
        **fields,
    )


slice_ports = st.fixed_dictionaries(
    {"name": st.sampled_from(["", "", "web"]), "protocol": protocols},
    optional={"port": st.sampled_from([8080, 8081])},
)
slices = st.builds(
    lambda name, namespace, service, found, ports: build.slice_of(
        service, *found, name=name, namespace=namespace, ports=ports
    ),
    st.sampled_from(["s", "t"]),
    namespaces,
    names,
    st.lists(pods, max_size=3),
    st.lists(slice_ports, min_size=1, max_size=2),
)
subsets = st.fixed_dictionaries(
    {
        "addresses": st.lists(st.builds(lambda ip: {"ip": ip}, addresses), max_size=2),
        "notReadyAddresses": st.lists(st.builds(lambda ip: {"ip": ip}, addresses), max_size=1),
        "ports": st.lists(
            st.fixed_dictionaries({"port": st.just(80), "name": st.sampled_from(["", "web"])}),
            max_size=1,
        ),
    }
)
all_endpoints = st.builds(
    lambda name, namespace, found: build.endpoints(name, *found, namespace=namespace),
    names,
    namespaces,
    st.lists(subsets, max_size=2),
)
PAIRS = [
    None,
    pair("a.example"),
    pair("a.example", serial=2),
    pair("*.example"),
    pair("a.example", "b.example"),
]
secrets = st.builds(build.secret, names, st.sampled_from(PAIRS), namespaces)
classes = st.builds(
    lambda name, controller, is_default: build.ingress_class(
        name, controller, is_default=is_default
    ),
    names,
    controllers,
    st.booleans(),
)
resolutions = st.builds(
    lambda name, found: build.resolution(name, *found),
    external_names,
    st.lists(addresses, max_size=2),
)

http_facts = st.one_of(
    ingresses(),
    ingresses(),  # twice: everything else is of use only to these
    all_services(),
    slices,
    all_endpoints,
    secrets,
    classes,
    resolutions,
)
facts = st.one_of(http_facts, l4_facts)
