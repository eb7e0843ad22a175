"""How a tour notes down what was answered, and what it finds wrong."""

import pytest
from examples.stage.answers import SILENCE, Answer, ask, counted, told
from examples.stage.story import Step
from examples.stage.tour import flaws

ECHO = '{"name": "web-1", "client": "10.0.0.1:7", "headers": {"x-forwarded-for": "198.51.100.10"}}'


@pytest.mark.parametrize(
    ("command", "who"),
    [
        (["echo", ECHO], "web-1"),
        (["echo", "Service Unavailable"], "Service Unavailable"),
        (["false"], SILENCE),
        (["true"], SILENCE),
        (["sh", "-c", "echo no route to host >&2; exit 7"], SILENCE),
    ],
)
def test_who_answered(command, who):
    assert ask(command).who == who


@pytest.mark.parametrize(
    ("text", "shows", "noted"),
    [
        (ECHO, ["name", "headers.x-forwarded-for"], "name web-1, x-forwarded-for 198.51.100.10"),
        (ECHO, ["headers.host"], "host -"),
        ("plain", ["name"], "plain"),
        ("two\nlines", [], "two\nlines"),
        ("", ["name"], SILENCE),
    ],
)
def test_noted(text, shows, noted):
    assert told(Answer(text, ""), shows) == noted


def test_counted():
    answers = [Answer("", who) for who in ("b", "a", SILENCE, "b")]
    assert counted(answers) == "a once, b 2 times, no answer once"


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (Step(names=frozenset({"web-1"})), []),
        (Step(names=frozenset({"web-1", "web-2"})), ["expected answers of web-1, web-2"]),
        (Step(names=frozenset({SILENCE})), ["expected answers of no answer"]),
        (Step(finds=("198.51.100.10",)), []),
        (Step(finds=("192.0.2.1",)), ["expected to read: 192.0.2.1"]),
        (Step(), []),
    ],
)
def test_flaws(step, found):
    assert flaws(step, [Answer(ECHO, "web-1")]) == found
