"""What the YAML parser found, in plain words, with a hint that fits the line it stopped at."""

import re
from typing import Final, NamedTuple

from yaml import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError


class Broken(NamedTuple):
    """Why a whole text is not taken, and at which line, from 1."""

    line: int
    reason: str
    hint: str


TEMPLATE_HINT: Final = "this is a template: render the chart first, with helm template"

LINE_HINTS: Final[tuple[tuple[re.Pattern[bytes], str], ...]] = (
    (re.compile(rb"\{\{"), TEMPLATE_HINT),
    (re.compile(rb"^(<<<<<<<|=======|>>>>>>>)"), "this is a merge conflict: resolve it first"),
    (re.compile(rb"^ *\t"), "indent with spaces: YAML takes no tabs there"),
)
"""Hints for what the line itself shows."""

PROBLEM_HINTS: Final[tuple[tuple[str, str], ...]] = (
    ("mapping values are not allowed", "put a value that holds ': ' in quotes, or mend the indent"),
    ("unexpected end of stream", "a quote or bracket that is opened here is never closed"),
    ("did not find expected key", "keys of one mapping start in the same column"),
    ("did not find expected '-'", "items of one list start in the same column"),
    ("did not find expected ',' or", "close the bracket, or put the value in quotes"),
    ("did not find expected node", "a value is missing here"),
    ("could not find expected ':'", "write 'key: value', or put the text in quotes"),
    ("cannot start any token", "put a value that starts with this character in quotes"),
    ("unknown escape character", "write the backslash twice, or use single quotes"),
    ("block sequence entries are not", "start the list on a line of its own"),
    ("document start", "separate documents with a line of three dashes"),
)
"""Hints for what the parser says."""

CONTEXT_TELLS: Final = ("unexpected end of stream", "could not find expected ':'")
"""Here the line where it began says more than the line where the parser gave up."""


def of_yaml(error: YAMLError, text: bytes) -> Broken:
    """Why the text is no YAML."""
    if isinstance(error, ReaderError):
        return _of_reader(error, text)
    if not isinstance(error, MarkedYAMLError):
        return Broken(1, "is not YAML", "see what another YAML tool says of it")
    problem = str(error.problem)
    mark = error.problem_mark
    if error.context_mark is not None and any(sign in problem for sign in CONTEXT_TELLS):
        mark = error.context_mark
    line = 1 if mark is None else min(mark.line, text.count(b"\n")) + 1
    hint = line_hint(text, line) or next(
        (hint for sign, hint in PROBLEM_HINTS if sign in problem), "see the lines above it, too"
    )
    context = f", {error.context}" if error.context else ""
    return Broken(line, f"is not YAML: {problem}{context}", hint)


def line_hint(text: bytes, line: int) -> str:
    """The hint for what this line, or the one above it, shows; empty if that is nothing special."""
    lines = text.split(b"\n", line)[max(0, line - 2) : line]
    for pattern, hint in LINE_HINTS:
        if any(pattern.search(each) for each in lines):
            return hint
    return ""


def _of_reader(error: ReaderError, text: bytes) -> Broken:
    line = text.count(b"\n", 0, error.position) + 1
    reason = f"holds a character that YAML does not take: U+{error.character:04X}"
    return Broken(line, reason, 'write it as an escape in double quotes, as in "\\x07"')
