"""What a command answered, as a person would note it down."""

import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

SILENCE = "no answer"
PATIENCE = 30.0


class Answer(NamedTuple):
    """Everything it printed, and who answered: the name of a pod, `HTTP 503`, or nobody."""

    text: str
    who: str


def ask(command: Sequence[str]) -> Answer:
    """Run it in a session of its own: Ctrl-C ends the demo, not the question."""
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        start_new_session=True,
    )
    text = (done.stdout + done.stderr).rstrip()
    found = _fields(done.stdout)
    if found is not None:
        return Answer(text, str(found.get("name", "")))
    return Answer(text, SILENCE if done.returncode or not text else text.splitlines()[0])


def told(answer: Answer, shows: Sequence[str]) -> str:
    """Some fields of an answer in JSON, e.g. `headers.x-forwarded-for`; else the whole of it."""
    fields = _fields(answer.text)
    if fields is None or not shows:
        return answer.text or SILENCE
    return ", ".join(f"{name.rpartition('.')[2]} {_field(fields, name)}" for name in shows)


def counted(answers: Sequence[Answer]) -> str:
    """E.g. `cmp-1 11 times, cmp-2 9 times, no answer once`."""
    times = Counter(answer.who for answer in answers)
    return ", ".join(
        f"{who} {'once' if number == 1 else f'{number} times'}"
        for who, number in sorted(times.items())
    )


def _fields(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _field(fields: Any, name: str) -> Any:  # noqa: ANN401  # whatever JSON holds
    for part in name.split("."):
        fields = fields.get(part, "-") if isinstance(fields, dict) else "-"
    return fields
