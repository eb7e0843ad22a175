"""Forwards in a file, and what is wrong with others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.forward.errors import UsageError
from portico.forward.file import parse_forwards, read_forwards
from portico.forward.places import BOTH
from portico.forward.ports import Asked

GOOD = b"""\
forwards:
  - target: svc/web
    ports: [8080:80, 22:22, "8443:https", http, 5000]
    namespace: shop
    pods: 3
  - selector: app=db,tier!=old
    ports:
      - unix:/tmp/db:5432
    address: [10.0.0.1, localhost]
    pods: all
  - target: deploy/api
    allPorts: true
    address: 0.0.0.0
"""


def test_a_good_one():
    web, db, api = parse_forwards(GOOD, "f.yaml", "default")
    assert (str(web.target), web.namespace, web.pods, web.places) == ("svc/web", "shop", 3, BOTH)
    # 22:22 would be 1342 to YAML 1.1.
    assert web.ports == (Asked(8080, 80), Asked(22, 22), Asked(8443, "https"), Asked(None, "http"),
                         Asked(None, 5000))  # fmt: skip
    assert (db.target, db.labels, db.namespace, db.pods) == (None, "app=db,tier!=old", "default", 0)
    assert db.ports == (Asked("/tmp/db", 5432),)
    assert [place.address for place in db.places] == ["10.0.0.1", "127.0.0.1", "::1"]
    assert (api.ports, [place.address for place in api.places]) == ((), ["0.0.0.0"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("",                                              "f.yaml: is empty"),
        ("forwards: [",                                   "f.yaml:2: is no YAML: "),
        ("a\n",                                           "f.yaml:1: the file: Expected `object`"),
        ("forward: []\n",                                 "f.yaml:1: the file: Object "),
        ("forwards: []\n",                                "f.yaml:1: forwards: is empty"),
        ("forwards:\n  - ports: [80]\n",                  "f.yaml:2: forwards[0]: say a target "),
        ("forwards:\n  - target: svc/a\n",                "f.yaml:2: forwards[0]: say ports, or "),
        ("forwards:\n  - target: svc/a\n    prots: [80]", "f.yaml:2: forwards[0]: Object contains "
                                                          "unknown field `prots`"),
        ("forwards:\n  - target: svc/a\n    ports: 80",   "f.yaml:3: forwards[0].ports: Expected "),
        ("forwards:\n  - target: foo/a\n    ports: [80]", "f.yaml:2: forwards[0].target: the server"
                                                          " doesn't have a resource type \"foo\""),
        ("forwards:\n  - target: svc/a\n    ports:\n      - 80\n      - a:b:c\n",
         "f.yaml:5: forwards[0].ports[1]: 'a:b:c' has more than one colon"),
        ("forwards:\n  - target: svc/a\n    ports: [80]\n    address: here",
         "f.yaml:4: forwards[0].address: here is not a valid IP"),
        ("forwards:\n  - target: svc/a\n    ports: [80]\n    namespace: a/b",
         "f.yaml:4: forwards[0].namespace: invalid namespace \"a/b\": [may not contain '/']"),
        ("forwards:\n  - target: svc/a\n    ports: [80]\n    pods: 0",
         "f.yaml:4: forwards[0].pods: 0 is no number of pods"),
        ("forwards:\n  - target: svc/a\n    ports: [80]\n    allPorts: maybe",
         "f.yaml:4: forwards[0].allPorts: Expected `bool`"),
        ("[" * 40 + "]" * 40,                             "f.yaml:1: the file: is nested deeper"),
    ],
)  # fmt: skip
def test_errors_name_line_and_field(text, said):
    with pytest.raises(UsageError) as raised:
        parse_forwards(text.encode(), "f.yaml", "")
    assert raised.value.reason.startswith(said)


def test_no_such_file(tmp_path):
    with pytest.raises(UsageError, match="No such file or directory"):
        read_forwards(tmp_path / "none", "")


@given(st.binary(max_size=200) | st.text(alphabet="forwards:- tge[]{}&*!\n 0", max_size=80))
def test_any_bytes_are_forwards_or_an_error(content):
    text = content if isinstance(content, bytes) else content.encode()
    try:
        parse_forwards(text, "f.yaml", "")
    except UsageError:
        return
