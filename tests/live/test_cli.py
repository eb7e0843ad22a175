"""The commands that need nothing to run: help, completion, check, plan, and explain of a folder."""

import json
import os
import subprocess
import sys
import sysconfig

import pytest
import yaml

from live.command import assert_no_key, imported, portico, portico_on_a_terminal
from live.manifests import backend, ingress, secret
from model.certificates import pair
from portico import __version__

COMMANDS = (
    "up", "check", "plan", "explain", "forward", "status", "webhook", "echo", "completion",
)  # fmt: skip
HOST = "shop.example"
HEAVY = {"aiohttp", "yaml", "cryptography", "prometheus_client", "dns", "asyncinotify"}


@pytest.fixture
def folder(tmp_path):
    """Good manifests: a shop with TLS."""
    (tmp_path / "web.yaml").write_text(backend("web", 9001))
    shop = ingress("shop", HOST, [("/", "web")], secret="tls")
    (tmp_path / "shop.yaml").write_text(shop)
    (tmp_path / "tls.yaml").write_text(secret("tls", pair(HOST)))
    return tmp_path


@pytest.fixture
def faulty(folder):
    """The same, and one path that leads nowhere."""
    text = ingress("other", "other.example", [("/", "web"), ("/cart", "nowhere")])
    (folder / "other.yaml").write_text(text)
    return folder


def test_version():
    for option in ("--version", "-V"):
        assert portico(option) == (0, f"portico {__version__}\n", "")


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
@pytest.mark.parametrize("option", ["--help"])
def test_help_has_examples(command, option):
    told = portico(*command, option)
    assert (told.code, told.err) == (0, "")
    assert f"Usage: {' '.join(('portico', *command))} " in told.out
    examples = told.out.partition("Examples:\n")[2]
    assert f"  {' '.join(('portico', *command))}" in examples
    assert not HEAVY & imported(*command, option)


def test_help_lists_every_command():
    told = portico("--help").out
    assert all(f"\n  {name} " in told for name in COMMANDS)


def test_unknown_commands_and_options():
    for arguments in (("serve",), ("--nonsense",), ("check", "--nonsense", "."), ("check",)):
        told = portico(*arguments)
        assert told.code == 2
        assert told.err.startswith("Usage: portico")
        assert "Error: " in told.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell):
    told = portico("completion", shell)
    assert (told.code, told.err) == (0, "")
    assert f"_PORTICO_COMPLETE={shell}_complete" in told.out


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("portico ex", {"explain"}),
        ("portico c", {"check", "completion"}),
        ("portico plan -o ", {"json", "yaml"}),
        ("portico up --trusted", {"--trusted-proxies"}),
        ("portico completion ", {"bash", "zsh", "fish"}),
    ],
)
def test_bash_completes(tmp_path, line, offered):
    """A real bash, which has read the script it was given."""
    script = tmp_path / "completion"
    script.write_text(portico("completion", "bash").out)
    words = line.split(" ")
    said = f"""
        source {script}
        COMP_WORDS=({" ".join(word or '""' for word in words)})
        COMP_CWORD={len(words) - 1}
        $(complete -p portico | sed 's/.*-F \\([^ ]*\\).*/\\1/') portico
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    path = f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", said],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PATH": path},
    )
    assert set(done.stdout.split()) == offered


def test_check_says_that_all_is_served(folder):
    told = portico("check", str(folder))
    assert (told.code, told.err) == (0, "")
    assert told.out == "1 EndpointSlice, 1 Ingress, 1 Secret, 1 Service: all served\n"


def test_check_tells_what_is_refused_and_where(faulty):
    told = portico("check", str(faulty))
    file = faulty / "other.yaml"
    number = next(
        number
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if "name: nowhere" in line
    )
    first, last = told.out.splitlines()
    assert told.code == 1
    assert first.startswith(
        f"{file}:{number}: error: Ingress shop/other spec.rules[0].http.paths[1]"
    )
    assert "shop/nowhere" in first
    assert last.endswith("1 refused")


def test_check_for_programs(faulty):
    told = portico("check", str(faulty), "-o", "json")
    document = json.loads(told.out)
    assert (told.code, document["ok"]) == (1, False)
    (problem,) = document["problems"]
    assert set(problem) == {
        "severity", "because", "object", "field", "file", "line", "reason", "hint"
    }  # fmt: skip
    assert problem["file"] == str(faulty / "other.yaml")
    assert all(problem.values())
    assert yaml.safe_load(portico("check", str(faulty), "-o", "yaml").out) == document


def test_check_of_text_that_is_no_yaml(folder):
    (folder / "broken.yaml").write_text("a: 1\nb: [\nc: }\n")
    told = portico("check", str(folder / "broken.yaml"))
    assert told.code == 1
    assert told.out.startswith(f"{folder / 'broken.yaml'}:3: error: ")


def test_check_quietly(folder):
    """Notes are left out; they refuse nothing."""
    (folder / "other.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: other}\n")
    loud, quiet = portico("check", str(folder)), portico("check", "--quiet", str(folder))
    assert (loud.code, quiet.code) == (0, 0)
    assert "note: " in loud.out
    assert len(quiet.out.splitlines()) == 1


def test_check_of_what_is_not_there(tmp_path):
    for command in ("check", "plan"):
        told = portico(command, str(tmp_path / "nowhere"))
        assert told.code == 2
        assert str(tmp_path / "nowhere") in told.err


def test_check_only_some_classes(folder):
    """Ingresses of other classes are somebody else's."""
    file = folder / "shop.yaml"
    file.write_text(file.read_text().replace("spec:", "spec:\n  ingressClassName: nginx", 1))
    for options, hosts in (((), [HOST]), (("--ingress-class", "internal"), [])):
        plan = json.loads(portico("plan", *options, "-o", "json", str(folder)).out)
        assert [site["host"] for site in plan.get("sites", [])] == hosts


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_plan(folder, form):
    """All of it, and no private key in any spelling."""
    told = portico("plan", str(folder), "-o", form)
    assert (told.code, told.err) == (0, "")
    plan = json.loads(told.out) if form == "json" else yaml.safe_load(told.out)
    assert [site["host"] for site in plan["sites"]] == [HOST]
    assert [found["names"] for found in plan["certificates"]] == [[HOST]]
    assert [found["port"] for found in plan["listeners"]] == [80, 443]
    (endpoint,) = plan["backends"][0]["endpoints"]
    assert (endpoint["address"], endpoint["port"]) == ("127.0.0.1", 9001)
    assert_no_key(told.out, pair(HOST).key)


def test_plan_of_a_secret_that_is_wrong(folder):
    """Not in a message either."""
    (folder / "tls.yaml").write_text(secret("tls", pair(HOST), key=pair("another.example").key))
    for command in (("plan",), ("check",), ("explain", f"https://{HOST}/")):
        told = portico(*command, str(folder))
        assert_no_key(told.out + told.err, pair("another.example").key)


@pytest.mark.parametrize(
    ("url", "more", "code", "text"),
    [
        (f"https://{HOST}/cart",   (),                                0, "an endpoint answers"),
        (f"http://{HOST}/cart",    (),                                0, f"308 to https://{HOST}/cart"),
        ("http://10.0.0.1/",       ("-H", f"Host: {HOST}"),           0, "308"),
        (f"https://{HOST}/",       ("--method", "post"),              0, f"POST https://{HOST}/"),
        ("http://other.example/",  (),                                1, "404"),
        ("not a url",              (),                                2, "written as %20"),
        (f"ftp://{HOST}/",         (),                                2, "expected http"),
        (f"https://{HOST}/",       ("-H", "nonsense"),                2, "expected 'Name: value'"),
    ],
)  # fmt: skip
def test_explain_of_a_folder(folder, url, more, code, text):
    told = portico("explain", url, *more, str(folder))
    assert (told.code, text in told.out + told.err) == (code, True), told


def test_explain_names_where_things_come_from(folder):
    told = portico("explain", f"https://{HOST}/cart", str(folder)).out
    for part in (
        f"shop/tls ({HOST})  <- Ingress shop/shop spec.tls[0]",
        "Prefix /  <- Ingress shop/shop spec.rules[0].http.paths[0]",
        "Service shop/web port 80 (http, round_robin)",
        "127.0.0.1:9001  <- EndpointSlice shop/web-127-0-0-1-9001 endpoints[0].addresses[0]",
    ):
        assert part in told


def test_nobody_answers(tmp_path):
    """Exit code 3, and what to do about it."""
    for command in (("status",), ("explain", f"http://{HOST}/")):
        told = portico(*command, "--admin", "127.0.0.1:1")
        assert (told.code, told.out) == (3, "")
        assert told.err.startswith("portico: no Portico answers at 127.0.0.1:1")
        assert "--admin" in told.err
        told = portico(*command, environment={"PORTICO_ADMIN": "127.0.0.1:2"})
        assert (told.code, "127.0.0.1:2" in told.err) == (3, True)
        assert portico(*command, "--admin", "nowhere").code == 2


def test_colours_are_for_terminals(faulty):
    assert "\x1b" not in portico("check", str(faulty)).out
    seen = portico_on_a_terminal("check", str(faulty))
    assert "\x1b[31m" in seen
    assert "1 refused" in seen


HOSTILE = "\\e]0;owned\\a\\r\\n\\e[2J{{x}} %s $(id) `id` \\u202e\\u0085"


def test_hostile_strings_do_not_reach_the_terminal(folder):
    """A message is one line, and moves no cursor."""
    text = ingress("bad", HOST, [("/", "web")])
    for number, old in enumerate(("name: bad", "host: shop.example", "path: /", "kind: Ingress")):
        bad = f'{old.partition(":")[0]}: "{HOSTILE}"'
        (folder / f"bad-{number}.yaml").write_text(text.replace(old, bad))
    for command in (("check",), ("explain", f"http://{HOST}/"), ("plan",)):
        told = portico(*command, str(folder))
        assert told.out
        assert all(c.isprintable() or c == "\n" for c in told.out + told.err), command
    told = portico("check", str(folder))
    assert told.code == 1
    *problems, _ = told.out.splitlines()
    assert all(problem.startswith(str(folder)) for problem in problems)
    assert len(problems) >= 4


def test_json_is_ascii_whatever_it_says(folder):
    (folder / "bad.yaml").write_text(ingress("bad", '"\\ud83d\\u202e"', [("/", "web")]))
    told = portico("check", "-o", "json", str(folder))
    assert told.out.isascii()
    assert json.loads(told.out)["problems"]


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ((),                                                  "PATHS"),
        ((".", "--http-port", "x"),                           "--http-port"),
        ((".", "--http-port", "70000"),                       "--http-port"),
        ((".", "--http-port", "0", "--https-port", "0"),      "no HTTP to serve"),
        ((".", "--http-port", "80", "--https-port", "80"),    "two different ports"),
        ((".", "--bind", "nowhere"),                          "--bind"),
        ((".", "--admin", "nowhere"),                         "--admin"),
        ((".", "--admin", "127.0.0.1:70000"),                 "--admin"),
        ((".", "--trusted-proxies", "10.0.0.0/33"),           "--trusted-proxies"),
        ((".", "--proxy-protocol"),                           "--trusted-proxies"),
        ((".", "--balance", "random"),                        "'round_robin', 'ewma'"),
        ((".", "--log-format", "xml"),                        "'text', 'json'"),
        ((".", "--access-log", "nowhere"),                    "'file', 'stdout', 'off'"),
        ((".", "--workers", "-1"),                            "--workers"),
        ((".", "--grace", "-1"),                              "--grace"),
        ((".", "--healthz-bind-address", "10256"),            "--healthz-bind-address"),
        ((".", "--healthz-bind-address", "0.0.0.0:0"),        "must be one that others know"),
        ((".", "--healthz-bind-address", "host:10256"),       "is not an IP address"),
    ],
)  # fmt: skip
def test_wrong_usage_of_up(tmp_path, options, hint):
    told = portico("up", *options, "--state-dir", str(tmp_path / "state"))
    assert told.code == 2
    assert told.err.startswith("Usage: portico up")
    assert hint in told.err
    assert not (tmp_path / "state").exists()


def test_output_into_a_pipe_that_closes(folder):
    """`portico plan | head -1` complains about nothing."""
    for number in range(300):
        (folder / f"more-{number}.yaml").write_text(backend(f"more-{number}", 9000 + number))
        path = ingress(f"more-{number}", f"more-{number}.example", [("/", f"more-{number}")])
        (folder / f"path-{number}.yaml").write_text(path)
    done = subprocess.run(
        ["bash", "-c", '"$0" -m portico plan "$1" | head -1', sys.executable, str(folder)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
