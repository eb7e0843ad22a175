"""The admin port of a running Portico, and the commands that ask there."""

import json
import re
import socket
import ssl

import pytest
from prometheus_client.parser import text_string_to_metric_families

from live.command import assert_no_key, portico, portico_on_a_terminal
from live.manifests import backend, ingress, secret
from live.until import until
from model.certificates import pair

pytestmark = pytest.mark.nginx

HOST = "shop.example"
PATHS = ("/", "/livez", "/readyz", "/metrics", "/plan", "/status", f"/explain?url=https://{HOST}/")


@pytest.fixture
def shop(program, ports):
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")], secret="tls"))
    program.save("tls.yaml", secret("tls", pair(HOST)))
    program.start("--redirect-port", "443")
    return program


def admin(program) -> tuple[str, str]:
    return "--admin", f"127.0.0.1:{program.admin}"


def metrics(program) -> dict[str, float]:
    """The ones without labels, and those with one as name{value}."""
    answer = program.asked("/metrics")
    assert answer.status == 200
    assert answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    found = {}
    for family in text_string_to_metric_families(answer.body.decode()):
        assert family.documentation
        for sample in family.samples:
            label = f"{{{','.join(sample.labels.values())}}}" if sample.labels else ""
            found[sample.name + label] = sample.value
    return found


def test_metrics(shop):
    found = metrics(shop)
    assert found["portico_ready"] == 1
    assert found["portico_facts{Ingress}"] == 1
    assert found["portico_units{site}"] == 1
    assert found["portico_engine_in_sync{nginx}"] == 1
    assert found["portico_nginx_starts_total"] == 1
    assert found["portico_nginx_reloads_total"] == 0
    before = found["portico_nginx_requests_total"]
    for _ in range(20):
        shop.get(HOST)
    assert metrics(shop)["portico_nginx_requests_total"] >= before + 20
    shop.save("bad.yaml", ingress("bad", HOST, [("/x", "nowhere")]))
    until(lambda: metrics(shop).get("portico_problems{error}") == 1, "a problem to be counted")


def test_readiness(program, ports):
    """Alive from the start; ready once the first whole plan is live; and not after the end."""
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")]))
    with socket.create_server(("127.0.0.1", program.http)):
        program.launch()
        until(lambda: "Address already in use" in program.logged(), "a message")
        assert program.asked("/livez").status == 200
        assert program.asked("/readyz").status == 503
        assert metrics(program)["portico_ready"] == 0
        assert metrics(program)["portico_engine_in_sync{nginx}"] == 0
        told = portico("status", *admin(program))
        assert (told.code, told.err) == (1, "")
        assert "not ready" in told.out
        assert "Address already in use" in told.out
    program.wait_until_ready()
    assert program.name(HOST) == "a"
    assert metrics(program)["portico_ready"] == 1


def test_the_plan_is_that_of_the_folder(shop):
    running = json.loads(shop.asked("/plan").body)
    offline = json.loads(portico("plan", "--only", "http", "-o", "json", str(shop.folder)).out)
    assert [listener["port"] for listener in running.pop("listeners")] == [shop.http, shop.https]
    offline.pop("listeners")
    assert running == offline


QUESTIONS = [
    (f"https://{HOST}/cart?x=1",),
    (f"http://{HOST}/cart?x=1",),
    (f"https://{HOST}/%2e%2e/x",),
    ("http://other.example/",),
    ("http://10.0.0.1/", "-H", f"Host: {HOST}"),
    (f"https://{HOST}/", "--method", "post", "-H", "X-Test: a&b=c%20+"),
    (f"https://{HOST}/lost",),
    (f"ftp://{HOST}/",),
    (f"http://{HOST}/a b",),
    (f"http://{HOST}/", "-H", "nonsense"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_explain_says_the_same_of_a_folder(shop, question):
    """Apart from the ports, which a folder does not have."""
    shop.save("lost.yaml", ingress("younger", HOST, [("/", "web")]))
    until(shop.problems, "the younger Ingress to lose")
    for form in ("text", "json"):
        running = portico("explain", *question, *admin(shop), "-o", form)
        offline = portico("explain", *question, "-o", form, str(shop.folder))
        assert running.code == offline.code
        assert running.err == offline.err
        assert without_listener(running.out, form) == without_listener(offline.out, form)
        if form == "json" and running.code < 2:
            assert json.loads(running.out)["listener"]["port"] in (shop.http, shop.https)


def without_listener(text: str, form: str) -> object:
    if form == "json" and text:
        return {k: v for k, v in json.loads(text).items() if k != "listener"}
    return re.sub(r"\n  listener .*", "", text)


def test_explain_says_what_happens(shop, ports):
    told = portico("explain", f"https://{HOST}/", *admin(shop), "-o", "json")
    document = json.loads(told.out)
    assert document["result"] == "proxied"
    (endpoint,) = document["backend"]["endpoints"]
    assert (endpoint["address"], endpoint["port"]) == ("127.0.0.1", ports["a"])
    assert shop.name(HOST, tls=True) == "a"
    told = portico("explain", f"http://{HOST}/x?y", *admin(shop), "-o", "json")
    document = json.loads(told.out)
    answer = shop.get(HOST, "/x?y")
    assert (document["status"], document["location"]) == (answer.status, answer.header("Location"))


def test_wrong_questions(shop):
    for path in ("/explain", "/explain?url=ftp://x/", "/explain?url=http://x/&header=nonsense"):
        answer = shop.asked(path)
        assert answer.status == 400
        assert answer.body.decode().strip()
    assert shop.asked("/nowhere").status == 404


def test_status(shop):
    told = portico("status", *admin(shop))
    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert lines[0].endswith(": ready")
    assert "engine  nginx: in sync" in lines
    assert re.search(r"^ +reloads +0$", told.out, re.MULTILINE)
    assert lines[-1] == "problems none"
    document = json.loads(portico("status", *admin(shop), "-o", "json").out)
    assert document["ready"]
    assert document["facts"] == {"EndpointSlice": 1, "Ingress": 1, "Secret": 1, "Service": 1}
    assert document["engines"][0]["figures"]["master"] == shop.master


def test_status_tells_problems(shop):
    """As check does, with colours on a terminal only, and nothing that moves the cursor."""
    hostile = ingress("bad", '"\\e[2J\\r\\nshop.example"', [("/", "web")])
    file = shop.save("bad.yaml", hostile)
    until(shop.problems, "a problem")
    told = portico("status", *admin(shop)).out
    assert all(c.isprintable() or c == "\n" for c in told)
    assert "problems 1 error" in told
    (problem,) = [line for line in told.splitlines() if str(file) in line]
    (checked,) = [
        line for line in portico("check", str(shop.folder)).out.splitlines() if str(file) in line
    ]
    assert problem.strip() == checked
    assert "\x1b[31m" in portico_on_a_terminal("status", *admin(shop))


def test_another_name_is_refused(shop):
    """A page in a browser may make its own name lead here; it must not be answered."""
    for host, status in (
        (f"127.0.0.1:{shop.admin}", 200),
        ("localhost", 200),
        (f"LOCALHOST:{shop.admin}", 200),
        ("[::1]", 200),
        (f"[::1]:{shop.admin}", 200),
        (f"evil.example:{shop.admin}", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("evil.example@127.0.0.1", 403),
        ("", 403),
    ):
        for path in PATHS:
            assert shop.asked(path, {"Host": host}).status == status, (host, path)


def test_nothing_can_be_changed_there(shop):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        with socket.create_connection(("127.0.0.1", shop.admin), 20) as client:
            head = f"{method} /plan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
            client.sendall(f"{head}Connection: close\r\n\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 405")


def test_no_private_key_anywhere(shop):
    """Not in an answer, a message, a log, or what nginx is configured with."""
    wrong = pair("another.example").key
    shop.save("wrong.yaml", secret("wrong", pair(HOST), key=wrong))
    until(shop.problems, "a problem")
    told = [shop.asked(path).body.decode() for path in PATHS]
    told.append(shop.logged())
    nginx = shop.state / "nginx"
    told += [(nginx / name).read_text() for name in ("nginx.conf", "error.log", "access.log")]
    for text in told:
        assert_no_key(text, pair(HOST).key)
        assert_no_key(text, wrong)


def test_the_private_socket_is_not_on_the_entry(shop):
    """What Portico tells nginx cannot be asked for, or told, by a client."""
    for path in ("/push", "/report", "/connections"):
        assert shop.get("nginx", path).status == 404
        assert shop.get(HOST, path, tls=True).header("X-Echo-Name") == "a"


def test_the_certificate_is_the_one_explain_names(shop):
    document = json.loads(shop.asked(f"/explain?url=https://{HOST}/").body)
    context = ssl.create_default_context(cadata=pair(HOST).chain.decode())
    with (
        socket.create_connection(("127.0.0.1", shop.https), 20) as raw,
        context.wrap_socket(raw, server_hostname=HOST) as secure,
    ):
        shown = secure.getpeercert()
    assert [document["certificate"]["names"]] == [[name for _, name in shown["subjectAltName"]]]


def test_json_logs(program, ports):
    """Portico's own lines and the access log, one object a line."""
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")]))
    program.start("--log-format", "json")
    assert program.get(HOST, "/a?b=c", headers=[("User-Agent", 'x"\\\ty')]).status == 200
    log = program.state / "nginx" / "access.log"
    until(lambda: log.read_text().endswith("}\n"), "a line in the access log")
    line = json.loads(log.read_text().splitlines()[-1])
    assert (line["method"], line["host"], line["uri"]) == ("GET", HOST, "/a?b=c")
    assert (line["status"], line["user_agent"]) == (200, 'x"\\\ty')
    assert line["upstream_addr"] == f"127.0.0.1:{ports['a']}"
    own = [json.loads(line) for line in program.logged().splitlines()]
    assert {"time", "level", "logger", "message"} == set(own[0])
    assert [line["message"] for line in own if line["logger"] == "portico"] == ["ready"]


def test_access_logs_on_stdout(program, ports):
    program.save("web.yaml", backend("web", ports["a"]))
    program.save("shop.yaml", ingress("shop", HOST, [("/", "web")]))
    program.start("--access-log", "stdout")
    program.get(HOST, "/a?b=c")
    until(lambda: '"GET /a?b=c HTTP/1.1" 200' in program.logged(), "a line of the access log")
    assert "[shop-web-80]" in program.logged()
