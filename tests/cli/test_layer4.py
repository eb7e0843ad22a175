"""The options of layer 4: what they mean, and what is told to whoever mistypes them."""

import gc
import json
from ipaddress import ip_network
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from portico.cli import check, explain, plan, up
from portico.cli.compiling import compiling_options, compiling_settings
from portico.cli.layer4 import layer4_options, with_layer4
from portico.settings import Entry, Pick, Room, Settings, Via


def settings_of(*arguments: str) -> Settings:
    """What `portico up` would be told."""

    @click.command()
    @layer4_options
    def command(**options):
        return with_layer4(Settings(), options)

    return command.main([*arguments], standalone_mode=False)


def complaint_of(*arguments: str) -> str:
    with pytest.raises(click.UsageError) as raised:
        settings_of(*arguments)
    return raised.value.format_message()


def test_defaults():
    settings = settings_of("--node-name", "localhost")
    assert settings == Settings()


def test_everything_that_can_be_said():
    settings = settings_of(
        "--only=l4",
        "--serve=node-port",
        "--serve=external-ip",
        "--node-name=Node-A.example",
        "--node-port-range=20000-20100",
        "--nodeport-addresses=192.0.2.0/24",
        "--nodeport-addresses=2001:db8::1",
        "--load-balancer-address=192.0.2.10",
        "--load-balancer-address=2001:DB8::10",
        "--load-balancer-class=example.com/lb",
        "--metallb-namespace=metallb-system",
        "--cluster-cidr=10.0.0.0/8",
        "--pick=source-hash",
    )
    assert settings == Settings(
        rooms=frozenset({Room.L4}),
        entries=frozenset({Entry.NODE_PORT, Entry.EXTERNAL_IP}),
        node_name="node-a.example",
        node_port_range=(20000, 20100),
        node_port_addresses=(ip_network("192.0.2.0/24"), ip_network("2001:db8::1")),
        load_balancer_addresses=("192.0.2.10", "2001:db8::10"),
        load_balancer_class="example.com/lb",
        metallb_namespace="metallb-system",
        cluster_cidrs=(ip_network("10.0.0.0/8"),),
        pick=Pick.SOURCE_HASH,
    )


def test_only_is_repeatable():
    assert settings_of("--only=l4", "--only=http").rooms == {Room.L4, Room.HTTP}


def test_in_front_of_nodes_their_own_ways_in_are_not_served():
    settings = settings_of("--via=nodeport")
    assert settings.via is Via.NODE_PORT
    assert settings.entries == {Entry.EXTERNAL_IP, Entry.LOAD_BALANCER}
    one = settings_of("--via=nodeport", "--serve=external-ip")
    assert one.entries == {Entry.EXTERNAL_IP}


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("--only=l7", "'l7' is not one of 'http', 'l4', 'lb'"),
        ("--serve=nodeport", "'nodeport' is not one of"),
        ("--via=nodes", "'nodes' is not one of"),
        ("--node-name=a_b", "lower-case DNS name"),
        ("--node-port-range=30000", "expected FIRST-LAST"),
        ("--node-port-range=3-2", "expected FIRST-LAST"),
        ("--node-port-range=0-2", "expected FIRST-LAST"),
        ("--node-port-range=1-65536", "expected FIRST-LAST"),
        ("--nodeport-addresses=192.0.2.1/24", "has host bits set"),
        ("--nodeport-addresses=eth0", "expected a network such as"),
        ("--cluster-cidr=10/8", "expected a network such as"),
        ("--load-balancer-address=lb.example", "is not an IP address"),
        ("--pick=round-robin", "is not one of"),
    ],
)
def test_what_is_mistyped_is_told(argument, told):
    complaint = complaint_of(argument)
    assert told in complaint
    assert argument.partition("=")[0] in complaint


def test_what_contradicts_itself_is_told():
    complaint = complaint_of("--via=nodeport", "--serve=node-port", "--serve=cluster-ip")
    assert complaint.startswith("--serve cluster-ip and node-port is what nodes do")


@pytest.mark.parametrize("module", [up, check, plan, explain], ids=lambda m: m.__name__)
def test_every_command_that_compiles_has_them(module):
    options = {name for each in module.command.params for name in each.opts}
    assert {"--via", "--only", "--serve", "--node-name", "--cluster-cidr"} <= options


def test_http_without_ports_is_told_what_to_say():
    told = CliRunner().invoke(up.command, ["x", "--http-port=0", "--https-port=0"])
    assert told.exit_code == 2
    assert "say --only l4" in told.output


def test_compiling_settings_are_those_of_serving():
    @click.command()
    @compiling_options
    def command(**options):
        return compiling_settings(options), options["machine_addresses"]

    arguments = ["--ingress-class=a", "--machine-address=192.0.2.1", "--via=nodeport"]
    settings, addresses = command.main(arguments, standalone_mode=False)
    assert (settings.ingress_classes, settings.via) == (("a",), Via.NODE_PORT)
    assert addresses == ("192.0.2.1",)


SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: %s, namespace: shop}
spec:
  type: NodePort
  ports:
  - {port: 80, targetPort: 8080}
---
"""


@pytest.fixture(autouse=True)
def _garbage():
    """A command that ends with its answer does not collect any; the tests go on."""
    yield
    gc.enable()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.yaml").write_text(SERVICE % "web" + SERVICE % "api")
    return tmp_path


def compiled(folder: Path, *arguments: str) -> dict:
    addresses = ("--machine-address=192.0.2.1", "--machine-address=2001:db8::1")
    told = CliRunner().invoke(
        plan.command, [str(folder), "-o", "json", *addresses, *arguments], catch_exceptions=False
    )
    assert told.exit_code == 0
    return json.loads(told.output)


def test_offline_node_ports_are_chosen_and_the_same_every_time(folder):
    first, second = compiled(folder), compiled(folder)
    assert first == second
    ports = [int(each["name"].removeprefix("tcp/")) for each in first["nodePorts"]]
    assert len(set(ports)) == 2
    assert all(30086 <= port <= 32767 for port in ports)


def test_offline_the_machine_is_the_one_that_is_named(folder):
    (machine,) = compiled(folder)["machines"]
    assert machine["addresses"] == ["192.0.2.1", "2001:db8::1"]


def test_offline_a_range_that_is_too_small_is_told(folder):
    told = CliRunner().invoke(check.command, [str(folder), "--node-port-range=30000-30000"])
    assert told.exit_code == 1
    assert "every node port is taken" in told.output


def test_what_portico_adds_itself_is_not_counted(folder):
    told = CliRunner().invoke(check.command, [str(folder), "-o", "json"])
    assert json.loads(told.output)["facts"] == {"Service": 2}
