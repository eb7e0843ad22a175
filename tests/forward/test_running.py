"""What somebody sees who uses it as they used kubectl port-forward."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from forward.conftest import PORTICO, answer
from live.until import until
from support.kubelet.apps import GREETINGS, HTTP, ORDERS
from support.kubelet.workloads import port, workload
from support.orders import all_of, asked, connected, exactly, ordered

KINDS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController")


def test_the_same_lines(place, portico):
    place.start("web-1")
    process = portico("pod/web-1", f":{HTTP}").until_listening(lines=2)
    local = process.local[HTTP]
    assert process.out == [
        f"Forwarding from 127.0.0.1:{local} -> {HTTP}",
        f"Forwarding from [::1]:{local} -> {HTTP}",
    ]
    assert [answer(process, host=host) for host in ("127.0.0.1", "::1")] == ["web-1"] * 2
    until(lambda: process.handled == 2, "both to be told")
    assert process.out[-1] == f"Handling connection for {local}"
    assert process.interrupted() == 0
    assert process.err == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_pods(place, portico, kind):
    place.start("web-1")
    place.server.put(workload(kind, "web"))
    process = portico(f"{kind.lower()}/web", ":http").until_listening()
    assert answer(process) == "web-1"


def test_a_service_and_its_ports(place, portico):
    place.start("web-1")
    place.serve("web", port(80, "http", name="www"), port(7, ORDERS, name="orders"))
    process = portico("svc/web", ":www", ":7").until_listening(lines=4)
    assert answer(process) == "web-1"
    with ordered(process.local[ORDERS], "bytes 100000") as connection:
        assert len(exactly(connection, 100000)) == 100000


def test_a_named_port_alone_listens_on_its_number(place, portico):
    place.start("web-1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    place.serve("web", port(free, "http", name="www"))
    process = portico("svc/web", "www").until_listening(lines=2)
    assert process.local == {HTTP: free}


def test_headless_services_mean_their_target_port(place, portico):
    place.start("web-1")
    place.serve("web", port(9000, "http"), clusterIP="None")
    assert answer(portico("svc/web", ":9000").until_listening()) == "web-1"


def test_a_connection_that_is_refused_hurts_nobody_else(place, portico):
    place.start("web-1")
    process = portico("web-1", f":{HTTP}", ":9999").until_listening(lines=4)
    with connected(process.local[9999]) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    until(lambda: process.err, "the reason")
    assert process.err[0].startswith(
        f"an error occurred forwarding {process.local[9999]} -> 9999: "
    )
    assert answer(process) == "web-1"


def test_a_unix_socket(place, portico, tmp_path):
    place.start("web-1")
    path = tmp_path / "web"
    process = portico("web-1", f"unix:{path}:{GREETINGS}")
    until(lambda: process.out, "a listener")
    assert process.out == [f"Forwarding from unix:{path} -> {GREETINGS}"]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        assert connection.recv(100) == b"hello, this is web-1\n"
    until(lambda: len(process.out) == 2, "it to be told")
    assert process.out[1] == f"Handling connection for unix:{path}"
    assert process.signalled(signal.SIGTERM) == -signal.SIGTERM
    assert not path.exists()


def test_an_interrupt_counts_even_if_it_was_ignored(place, portico):
    """As for what a script starts with &."""
    place.start("web-1")
    ignoring = ("sh", "-c", 'trap "" INT; exec "$0" "$@"')
    process = portico("web-1", f":{HTTP}", by=ignoring).until_listening()
    assert process.interrupted() == 0


def test_nohup(place, portico):
    place.start("web-1")
    process = portico("web-1", f":{HTTP}", by=("nohup",)).until_listening()
    os.kill(process.pid, signal.SIGHUP)
    assert answer(process) == "web-1"
    assert process.interrupted() == 0


def test_nobody_who_reads(place, tmp_path):
    """As with | head -1: the connections are not to suffer."""
    place.start("web-1")
    path = tmp_path / "web"
    command = [PORTICO, "forward", f"--kubeconfig={place.kubeconfig}", "web-1"]
    with subprocess.Popen(
        [*command, f"unix:{path}:{GREETINGS}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline().startswith(b"Forwarding from unix:")
        process.stdout.close()
        for _ in range(5):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(path))
                assert connection.recv(100) == b"hello, this is web-1\n"
        process.send_signal(signal.SIGINT)
        assert (process.stderr.read(), process.wait(30)) == (b"", 0)


@pytest.mark.parametrize("form", ["text", "json"])
def test_somebody_who_does_not_read(place, tmp_path, form):
    """As with | less: what is forwarded goes on, and what is told is kept for a while."""
    place.start("web-1")
    path = tmp_path / "web"
    command = [PORTICO, "forward", f"--kubeconfig={place.kubeconfig}", "web-1", "-o", form]
    with subprocess.Popen(
        [*command, f"unix:{path}:{GREETINGS}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        until(path.exists, "a listener")
        for _ in range(200):
            assert greeted(path)
        reader = threading.Thread(target=lambda: read.append(process.stdout.read()))
        read = []
        reader.start()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        reader.join(30)
        mark = b"Handling connection" if form == "text" else b'"event": "accepted"'
        assert read[0].count(mark) == 200
        assert process.stderr.read() == b""


def test_somebody_who_never_reads_is_no_reason_to_stay(place, tmp_path):
    place.start("web-1")
    path = tmp_path / "web"
    command = [PORTICO, "forward", f"--kubeconfig={place.kubeconfig}", "web-1", "-o", "json"]
    with subprocess.Popen(
        [*command, f"unix:{path}:{GREETINGS}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        until(path.exists, "a listener")
        for _ in range(50):
            assert greeted(path)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_a_disk_that_is_full(place, tmp_path):
    place.start("web-1")
    path = tmp_path / "web"
    command = [PORTICO, "forward", f"--kubeconfig={place.kubeconfig}", "web-1"]
    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen(
            [*command, f"unix:{path}:{GREETINGS}"], stdout=full, stderr=subprocess.PIPE
        ) as process,
    ):
        until(path.exists, "a listener")
        assert greeted(path)
        process.send_signal(signal.SIGINT)
        assert (process.stderr.read(), process.wait(30)) == (b"", 0)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_were_closed(place, tmp_path, closed):
    """No connection gets their numbers, and so nothing that is printed."""
    place.start("web-1")
    path = tmp_path / "web"
    command = [PORTICO, "forward", f"--kubeconfig={place.kubeconfig}", "web-1",
               f"unix:{path}:{GREETINGS}"]  # fmt: skip
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *map(str, command)]
    with subprocess.Popen(shell, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until(lambda: path.exists() or process.poll() is not None, "a listener")
        assert greeted(path)
        assert {
            str(Path(f"/proc/{process.pid}/fd/{each}").readlink()) for each in _numbers(closed)
        } == {os.devnull}
        process.send_signal(signal.SIGINT)
        assert (process.stderr.read(), process.wait(30)) == (b"", 0)


def _numbers(closed):
    return [number for number, sign in enumerate(("<&-", " >&-", "2>&-")) if sign in f" {closed}"]


def greeted(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        return connection.recv(100) == b"hello, this is web-1\n"


def test_an_interrupt_while_it_waits_for_a_pod(place, portico):
    place.start("web-1", is_ready=False)
    process = portico("web-1", f":{HTTP}", "--wait")
    until(lambda: place.server.watching("pods"), "it to wait")
    assert process.interrupted() == 0


def test_many_connections_at_once(place, portico):
    place.start("web-1")
    process = portico("web-1", f":{ORDERS}", "-q")
    # Quiet: nobody says where it listens, so it is asked.
    assert process.out == []
    process.close()
    process = portico("web-1", f":{ORDERS}").until_listening()
    connections = [
        socket.create_connection(("127.0.0.1", process.local[ORDERS])) for _ in range(200)
    ]
    for number, connection in enumerate(connections):
        connection.sendall(b"echo\n%03d" % number)
    told = [exactly(connection, 3) for connection in connections]
    assert told == [b"%03d" % number for number in range(200)]
    for connection in connections:
        connection.close()
    until(lambda: process.handled == 200, "all to be told")


def test_half_close(place, portico):
    place.start("web-1")
    process = portico("web-1", f":{ORDERS}").until_listening()
    with ordered(process.local[ORDERS], "bytes 300000") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert len(all_of(connection)) == 300000


def test_events_as_json(place, portico):
    place.start("web-1")
    place.serve()
    process = portico("svc/web", ":80", "-o", "json")
    until(lambda: len(process.out) >= 3, "the first events")
    changed, v4, v6 = map(json.loads, process.out[:3])
    local = v4["localPort"]
    assert changed == {"event": "podChanged", "target": "svc/web", "pods": ["web-1"], "before": []}
    assert v4 == {"event": "listening", "target": "svc/web", "address": f"127.0.0.1:{local}",
                  "localPort": local, "remotePort": HTTP}  # fmt: skip
    assert v6["address"] == f"[::1]:{local}"
    assert asked(local) == "web-1"
    until(lambda: len(process.out) >= 6, "the end of the connection")
    accepted, connection, ended = map(json.loads, process.out[3:6])
    assert [each["event"] for each in (accepted, connection, ended)] == [
        "accepted", "connection", "ended",
    ]  # fmt: skip
    assert (connection["pod"], connection["remotePort"], connection["id"]) == ("web-1", HTTP, 1)
    assert ended["sent"] > 0
    assert ended["received"] > 0
    assert ended["error"] == ""


def test_quiet_events_are_troubles(place, portico, tmp_path):
    place.start("web-1")
    path = tmp_path / "web"
    process = portico("web-1", f"unix:{path}:9999", "-q", "-o", "json")
    until(path.exists, "a listener")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        until(lambda: process.out, "the refusal")
    (ended,) = map(json.loads, process.out)
    assert ended["event"] == "ended"
    assert ended["error"].startswith("the pod did not take the connection: ")
    assert process.interrupted() == 0
    assert len(process.out) == 1


def test_binding_to_others_is_warned_of_once(place, portico):
    place.start("web-1")
    process = portico("web-1", f":{HTTP}", f":{ORDERS}", "--address", "::1,0.0.0.0")
    process.until_listening(lines=4)
    assert process.err == ["warning: 0.0.0.0: others on the network can connect there"]


def test_options_are_taken_as_kubectl_takes_them(place, portico):
    place.start("web-1", namespace="shop")
    process = portico(
        "-n=shop", "--insecure-skip-tls-verify=false", "po/web-1", "--v=2", f":{HTTP}",
        "--address=localhost", "--pod-running-timeout", "1m0s", "--cache-dir=/nowhere",
        "--warnings-as-errors", "--request-timeout=30s",
    ).until_listening()  # fmt: skip
    assert answer(process) == "web-1"
