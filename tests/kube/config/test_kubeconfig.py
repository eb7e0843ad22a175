"""Files as people have them; kubectl is asked what it makes of the same."""

import base64
import os

import msgspec
import pytest
import yaml

from kube.config.judge import kubectl, viewed
from portico.kube.config.choose import access
from portico.kube.config.documents import Cluster, Context, User
from portico.kube.config.errors import ConfigError
from portico.kube.config.kubeconfig import read_kubeconfigs
from portico.kube.config.wish import Wish

FIRST = """
apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
- name: red
  cluster: {server: "https://red-a:6443", certificate-authority: certs/red.pem}
users:
- {name: jane, user: {token: aaa}}
- name: plugged
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: ./bin/plug
      args: [get-token, --cluster, red]
      env: [{name: A, value: b}]
      provideClusterInfo: true
      interactiveMode: IfAvailable
      installHint: |
        install it
contexts:
- {name: one, context: {cluster: red, user: jane}}
"""

SECOND = """
clusters:
- name: red
  cluster: {server: "https://red-b:6443", tls-server-name: foo}
- name: blue
  cluster:
    server: https://blue
    proxy-url: socks5://x:1
    disable-compression: true
    insecure-skip-tls-verify: true
    extensions: [{name: them, extension: {a: [1, {b: null}]}}]
users:
- name: jane
  user: {username: bob, password: x, as: root}
- name: bob
  user:
    tokenFile: tokens/bob
    as: jane
    as-uid: "7"
    as-groups: [a, b]
    as-user-extra: {reason: [drill, "night shift"]}
- name: carl
  user: {client-certificate: c.crt, client-key: c.key}
- name: dora
  user: {client-certificate-data: eA==, client-key-data: eQ==}
- name: emil
  user: {auth-provider: {name: oidc, config: {id-token: t, idp-issuer-url: https://i}}}
contexts:
- {name: one, context: {cluster: blue, user: bob, namespace: lost}}
- {name: two, context: {cluster: blue, user: bob, namespace: ns}}
- {name: null, context: null}
current-context: two
"""

THIRD = '{"current-context": "one", "clusters": null, "users": []}'

FILES = {"a/first": FIRST, "b/second": SECOND, "third": THIRD, "empty": "", "nulls": "clusters:\n"}


def put(folder, files=FILES):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    "order",
    [
        ["a/first"],
        ["b/second"],
        ["a/first", "b/second"],
        ["b/second", "a/first", "third"],
        ["third", "a/first", "b/second"],
        ["missing", "", "a/first", "a/first", "empty", "nulls", "b/second"],
    ],
    ids=" ".join,
)
async def test_files_are_merged_as_kubectl_does(order, tmp_path):
    put(tmp_path)
    names = [str(tmp_path / name) if name else "" for name in order]
    theirs = await viewed("--raw", KUBECONFIG=os.pathsep.join(names))
    ours = read_kubeconfigs([tmp_path / name for name in order if name])
    for section, kind in (("clusters", Cluster), ("users", User), ("contexts", Context)):
        found = {name: entry.value for name, entry in getattr(ours, section).items()}
        assert found == _named(theirs[section] or [], section[:-1], kind), section
    assert ours.current_context == theirs["current-context"]


def _named(items, word, kind):
    """What we make of the entries that kubectl prints."""
    kept = [item | {word: _without_nulls(item[word])} for item in items]
    return {item["name"]: msgspec.convert(item[word], kind) for item in kept}


def _without_nulls(value):
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


async def test_paths_are_those_that_kubectl_reads(tmp_path):
    put(tmp_path)
    for path in ("a/certs/red.pem", "b/c.crt", "b/c.key"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f"content of {path}")
    extra = "contexts: [{name: x, context: {cluster: red, user: carl}}]\ncurrent-context: x"
    put(tmp_path, {"c/third": extra})
    listed = os.pathsep.join(str(tmp_path / name) for name in ("c/third", "a/first", "b/second"))
    flat = await viewed("--flatten", "--minify", "--raw", KUBECONFIG=listed)
    ours = access(environment={"KUBECONFIG": listed})
    pair = await ours.identity.key_pair()
    (cluster,), (user,) = flat["clusters"], flat["users"]
    told = cluster["cluster"]["certificate-authority-data"]
    assert base64.b64decode(told) == b"content of a/certs/red.pem"
    assert ours.trust.ca_file == str(tmp_path / "a/certs/red.pem")
    assert pair.certificate == base64.b64decode(user["user"]["client-certificate-data"])
    assert pair.key == base64.b64decode(user["user"]["client-key-data"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("clusters: [{name: a}, {name: a}]", "clusters[1].name 'a' is there twice"),
        ("users: [{name: u, user: {token: 123}}]", "users[0].user.token: expected text"),
        ("users: [{name: u, user: {username: yes}}]", "users[0].user.username: expected text"),
        ("contexts: [{name: 1}]", "contexts[0].name: expected text"),
        ("clusters: {a: b}", "clusters: expected a list"),
        (
            "users: [{name: u, user: {exec: {command: [a]}}}]",
            "users[0].user.exec.command: expected",
        ),
        ("users: [{name: u, user: {as-user-extra: {a: b}}}]", "users[0].user.as-user-extra"),
        ("- a", "a kubeconfig is YAML or JSON with"),
        ("just a text", "a kubeconfig is YAML or JSON with"),
        ("a: [", "is not YAML"),
        ("a: \tb: c", "is not YAML"),
        ("a: b\n\x00", "is not YAML"),
        ("a: !!timestamp 2001-99-99", "is not YAML"),
        ("apiVersion: v2\nkind: Config", "holds v2/Config, not v1/Config"),
        ("apiVersion: v1\nkind: Pod", "holds v1/Pod, not v1/Config"),
    ],
)
async def test_what_kubectl_refuses_is_refused_with_the_place(text, told, tmp_path):
    file = tmp_path / "config"
    file.write_text(text)
    assert (await kubectl("--kubeconfig", file, "config", "view")).code == 1
    with pytest.raises(ConfigError) as caught:
        read_kubeconfigs([file])
    assert str(caught.value).startswith(f"{file}: ")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "users: [{name: a, user: {token: x}}]\n---\nusers: [{name: b}]",  # only the first document
        "users: [{name: a, user: {username: a, username: b}}]",  # the last of two keys
        "Users: [{name: a}]\nnonsense: 1",  # unknown fields
        "\n# nothing but a comment\n",
        '{"users":[{"name":"a","user":{"token":"\\u00fc"}}]}',
        "users:\n- &a {name: a, user: {token: t}}\n- {<<: *a, name: b}",
    ],
)
async def test_what_kubectl_takes_is_taken(text, tmp_path):
    file = tmp_path / "config"
    file.write_text(text)
    theirs = await viewed("--raw", "--kubeconfig", str(file))
    ours = read_kubeconfigs([file])
    assert {name: entry.value for name, entry in ours.users.items()} == _named(
        theirs["users"] or [], "user", User
    )


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_kubeconfigs([tmp_path])


def test_secrets_are_in_no_repr(tmp_path):
    put(tmp_path)
    read = read_kubeconfigs([tmp_path / "a/first", tmp_path / "b/second"])
    put(tmp_path, {"x": yaml.safe_dump(_with_token("hunter2"))})
    chosen = access(Wish(kubeconfig=str(tmp_path / "x")), {})
    assert "aaa" not in repr(read)
    assert "hunter2" not in repr(chosen)


def _with_token(token):
    return {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://x"}}],
        "users": [{"name": "u", "user": {"token": token}}],
    }
