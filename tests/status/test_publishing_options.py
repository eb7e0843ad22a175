"""The options of `--cluster` that say what is published."""

import click
import pytest
from click.testing import CliRunner

from portico.cli.publishing import publish_of, publishing_options
from portico.kube.api.told import Key
from portico.status.publish import Address, Publish


def asked(*arguments):
    found = []

    @click.command()
    @publishing_options
    def command(**options):
        found.append(publish_of(options))

    ran = CliRunner().invoke(command, arguments)
    return found[0] if found else ran.output


@pytest.mark.parametrize(("arguments", "expected"), [
    ("", Publish()),
    ("--publish-service=infra/entry", Publish(service=Key("infra", "entry"))),
    ("--publish-status-address=203.0.113.9,lb.example",
     Publish(addresses=(Address(ip="203.0.113.9"), Address(hostname="lb.example")))),
    ("--report-node-internal-ip-address", Publish(by_internal_ip=True)),
    ("--no-update-status", Publish(is_on=False)),
    ("--no-update-status-on-shutdown", Publish(clears_on_exit=False)),
    ("--election-id=ingress-controller-leader", Publish(election="ingress-controller-leader")),
])  # fmt: skip
def test_what_they_say(arguments, expected):
    assert asked(*arguments.split()) == expected


def test_addresses_may_have_spaces_between():
    assert asked("--publish-status-address", "203.0.113.9, 2001:db8::1") == Publish(
        addresses=(Address(ip="203.0.113.9"), Address(ip="2001:db8::1"))
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--publish-service=entry", "NAMESPACE/NAME"),
        ("--publish-service=infra/entry/more", "NAMESPACE/NAME"),
        ("--publish-status-address=203.0.113.9,,", "neither an IP address"),
        ("--publish-status-address=Shop.example", "neither an IP address"),
        ("--election-id=Leader", "a Lease's name"),
        ("--publish-service=infra/entry --publish-status-address=203.0.113.9", "exclude"),
    ],
)
def test_what_they_do_not_take(arguments, complaint):
    assert complaint in asked(*arguments.split())
