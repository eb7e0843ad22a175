"""Which cluster is meant, and as whom; what is not there is told with the place."""

import os

import pytest
import yaml

from kube.config.judge import viewed, write
from portico.kube.config.choose import access
from portico.kube.config.errors import ConfigError, NoClusterError
from portico.kube.config.wish import Wish


@pytest.fixture
def world(tmp_path):
    """A home with a kubeconfig, another file, and a pod's service account."""
    write(tmp_path / "home" / ".kube" / "config", {"server": "https://home"})
    write(tmp_path / "listed", {"server": "https://listed"})
    write(tmp_path / "named", {"server": "https://named"})
    write(tmp_path / "none", {}, **{"current-context": ""})
    account = tmp_path / "account"
    account.mkdir()
    (account / "token").write_text("t")
    return tmp_path


POD = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


@pytest.mark.parametrize(
    ("wish", "variables", "server"),
    [
        ({"kubeconfig": "named"}, {"KUBECONFIG": "listed", "HOME": "home"} | POD, "https://named"),
        ({}, {"KUBECONFIG": "listed", "HOME": "home"} | POD, "https://listed"),
        ({}, {"HOME": "home"} | POD, "https://home"),
        ({}, {"HOME": "nowhere"} | POD, "https://10.96.0.1"),
        ({}, {"KUBECONFIG": "none"} | POD, "https://10.96.0.1"),  # names no context
        ({}, {"KUBECONFIG": "missing", "HOME": "home"} | POD, "https://10.96.0.1"),
        ({"server": "https://wished"}, POD, "https://wished"),
    ],
)
def test_who_says_which_cluster(world, wish, variables, server):
    paths = {"KUBECONFIG", "HOME"}
    placed = {
        key: str(world / value) if key in paths else value for key, value in variables.items()
    }
    if "kubeconfig" in wish:
        wish = wish | {"kubeconfig": str(world / wish["kubeconfig"])}
    found = access(Wish(**wish), placed, world / "account")
    assert str(found.server) == server


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "there is no kubeconfig, and this is no pod with a service account; name one with"),
        ({"KUBECONFIG": "/dev/null"}, "the kubeconfig is empty, and this is no pod"),
        (
            {"KUBECONFIG": "/nope:/nor/this"},
            "there is no kubeconfig (no such file: /nope, /nor/this), and this is no pod",
        ),
        ({"HOME": "/nope"}, "there is no kubeconfig (no such file: /nope/.kube/config), and"),
        (POD, "there is no kubeconfig"),  # the variables without the account's token
    ],
)
def test_no_cluster_at_all(tmp_path, variables, told):
    with pytest.raises(NoClusterError) as caught:
        access(environment=variables, account=tmp_path)
    assert str(caught.value).startswith(told)


def test_a_context_has_to_be_chosen(world):
    with pytest.raises(NoClusterError, match="no current-context; choose one with --context: here"):
        access(environment={"KUBECONFIG": str(world / "none")})


def test_a_named_kubeconfig_has_to_be_there(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        access(Wish(kubeconfig=str(tmp_path / "nope")), {})


SEVERAL = {
    "current-context": "a",
    "contexts": [
        {"name": "a", "context": {"cluster": "a", "user": "a", "namespace": "from-a"}},
        {"name": "b", "context": {"cluster": "b", "user": "b"}},
        {"name": "lost", "context": {"cluster": "c", "user": "a"}},
        {"name": "nobody", "context": {"cluster": "a", "user": "c"}},
        {"name": "nowhere", "context": {"user": "a"}},
    ],
    "clusters": [
        {"name": "a", "cluster": {"server": "https://a", "tls-server-name": "x"}},
        {"name": "b", "cluster": {"server": "https://b/base/"}},
    ],
    "users": [{"name": "a", "user": {"token": "ta"}}, {"name": "b", "user": {"token": "tb"}}],
}


@pytest.mark.parametrize(
    ("wish", "server", "token", "namespace"),
    [
        ({}, "https://a", "ta", "from-a"),
        ({"context": "b"}, "https://b/base", "tb", "default"),
        ({"cluster": "b"}, "https://b/base", "ta", "from-a"),
        ({"user": "b"}, "https://a", "tb", "from-a"),
        ({"namespace": "mine"}, "https://a", "ta", "mine"),
        ({"server": "https://c:1"}, "https://c:1", "ta", "from-a"),
        ({"token": "mine"}, "https://a", "mine", "from-a"),
    ],
)
async def test_wishes(wish, server, token, namespace, tmp_path):
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(SEVERAL))
    found = access(Wish(kubeconfig=str(file), **wish), {})
    assert str(found.server) == server
    assert await found.authorization.headers() == (("Authorization", f"Bearer {token}"),)
    assert found.namespace == namespace
    # Another server has another name in its certificate.
    assert (found.trust.server_name == "x") == (server == "https://a")
    if "context" in wish:
        theirs = await viewed("--minify", "--kubeconfig", str(file), "--context", wish["context"])
        assert theirs["clusters"][0]["cluster"]["server"].rstrip("/") == server


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (
            {"context": "x"},
            "there is no context 'x'; the kubeconfig has a, b, lost, nobody, nowhere",
        ),
        ({"cluster": "x"}, "there is no cluster 'x'"),
        ({"user": "x"}, "there is no user 'x'"),
        ({"context": "lost"}, "there is no cluster 'c', which {file} names in contexts[2].context"),
        ({"context": "nobody"}, "there is no user 'c', which {file} names in contexts[3].context"),
        ({"context": "nowhere"}, "{file}: contexts[4].context.cluster is missing"),
    ],
)
def test_what_is_not_there(wish, told, tmp_path):
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(SEVERAL))
    with pytest.raises(ConfigError) as caught:
        access(Wish(kubeconfig=str(file), **wish), {})
    assert told.format(file=file) in str(caught.value)


"""Says only that it ends in the year 2100."""


def test_the_current_environment_is_the_default(world, monkeypatch):
    monkeypatch.setitem(os.environ, "KUBECONFIG", str(world / "listed"))
    assert str(access().server) == "https://listed"
