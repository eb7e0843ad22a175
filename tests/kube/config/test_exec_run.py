"""One run of a plugin, and all that can become of it."""

import asyncio
import os

import pytest

from live.until import eventually
from portico.kube.config.credentials import bearer
from portico.kube.config.errors import CredentialError
from portico.kube.config.exec_plugin import ExecCredentials
from portico.kube.config.exec_run import Plugin

GROUP = "client.authentication.k8s.io"

VERSIONS = [f"{GROUP}/v1", f"{GROUP}/v1beta1"]


def plugin(*command, **more):
    return Plugin(command=tuple(map(str, command)), version=VERSIONS[0], **more)


def shell(script, **more):
    return ExecCredentials(plugin("/bin/sh", "-c", script, **more))


def said(text):
    return f"echo '{text}'"


CREDENTIAL = '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"'

GIVEN = CREDENTIAL + ',"status":{"token":"t"}}'


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("true", "printed nothing"),
        ("echo no", "did not print an ExecCredential in JSON"),
        (said('{"kind":"Pod"}'), "printed the kind 'Pod' in place of ExecCredential"),
        (
            said('{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}'),
            f"answered in '{VERSIONS[1]}' when asked in '{VERSIONS[0]}'",
        ),
        (said(CREDENTIAL + "}"), "printed no status"),
        (said(CREDENTIAL + ',"status":{}}'), "gave neither a token nor a client certificate"),
        (
            said(CREDENTIAL + ',"status":{"token":"t","clientKeyData":"k"}}'),
            "gave only one of clientCertificateData and clientKeyData",
        ),
        (said(CREDENTIAL + ',"status":{"token":7}}'), "got `int` - at `$.status.token`"),
        (
            said(CREDENTIAL + ',"status":{"token":"t","expirationTimestamp":"soon"}}'),
            "Invalid RFC3339",
        ),
        ("echo you have to log in >&2; exit 3", "failed with status 3: you have to log in"),
        ("exit 1", "failed with status 1"),
        ("kill -9 $$", "was killed by signal 9"),
        ("head -c 2000000 /dev/zero", "printed more than 1 MiB"),
    ],
)
async def test_what_goes_wrong_is_told(script, told):
    with pytest.raises(CredentialError) as caught:
        await shell(script).headers()
    assert "the credential plugin /bin/sh " in str(caught.value)
    assert told.lower() in str(caught.value).lower()


async def test_what_a_plugin_complains_is_passed_on(capfd):
    script = f"echo opening a browser >&2; {said(GIVEN)}"
    assert await shell(script).headers() == bearer("t")
    assert capfd.readouterr().err == "opening a browser\n"


async def test_a_plugin_that_is_not_installed():
    missing = ExecCredentials(plugin("no-such-plugin", install_hint="get it at example.org"))
    with pytest.raises(CredentialError) as caught:
        await missing.headers()
    assert str(caught.value) == (
        "there is no credential plugin no-such-plugin; get it at example.org"
    )


async def test_a_plugin_that_is_no_program(tmp_path):
    file = tmp_path / "plugin"
    file.write_text("nothing to run")
    with pytest.raises(CredentialError, match="cannot be started: "):
        await ExecCredentials(plugin(file)).headers()


async def test_a_plugin_that_takes_too_long_is_ended(tmp_path):
    pid = tmp_path / "pid"
    slow = ExecCredentials(
        plugin("/bin/sh", "-c", f"echo $$ > {pid}; exec sleep 600"), patience=0.5
    )
    with pytest.raises(CredentialError, match="gave no answer in 0 s; run it by hand"):
        await slow.headers()
    assert not _is_alive(int(pid.read_text()))


async def test_who_gives_up_ends_it_and_the_next_one_has_it_run_again(tmp_path):
    pid = tmp_path / "pid"
    waits = f"echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 600"
    script = f"[ -e {pid} ] || {{ {waits}; }}; {said(GIVEN)}"
    credentials = shell(script)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(credentials.headers())

        async def runs():
            return pid.exists()

        await eventually(runs, "the plugin to run")
        second = group.create_task(credentials.headers())
        first.cancel()
    assert second.result() == bearer("t")
    assert not _is_alive(int(pid.read_text()))


async def test_a_failure_is_not_kept(tmp_path):
    ready = tmp_path / "ready"
    credentials = shell(f"[ -e {ready} ] || exit 1; {said(GIVEN)}")
    with pytest.raises(CredentialError):
        await credentials.headers()
    ready.touch()
    assert await credentials.headers() == bearer("t")


async def test_a_plugin_that_has_to_ask_needs_a_terminal():
    asks = ExecCredentials(plugin("/bin/true", interactive_mode="Always"))
    with pytest.raises(CredentialError, match="there is no terminal; start this from a terminal"):
        await asks.headers()


def test_arguments_and_answers_are_in_no_repr():
    credentials = plugin("plug", "--password", "hunter2", environment=(("KEY", "hunter2"),))
    assert "hunter2" not in repr(credentials)


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
