"""CHECKLIST.md names tests that there are, and every row once."""

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = (HERE / "CHECKLIST.md").read_text()
ROWS = [
    line.split("|")[1].split() for line in PAGE.splitlines() if re.match(r"\| [A-Z]+\d?-", line)
]


def test_what_is_named_exists() -> None:
    named = re.findall(r"`tests/(\S+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > len(ROWS) / 2
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"^(async )?def {name}\(" if name else "", _text(file), re.MULTILINE)
    ]
    assert not missing


def test_every_row_stands_there_once() -> None:
    every = [row for rows in ROWS for row in rows]
    assert len(every) == len(set(every)) > 100


def test_a_row_that_stories_tell_has_one() -> None:
    stories = _text("ipam/test_address_stories.py")
    named = set()
    for prefix, first, rest in re.findall(r'"((?:OE-)?[A-Z0-9]+)-(\d\d)([^":]*):', stories):
        last = int(range_end.group(1)) if (range_end := re.search(r"\.\.(\d\d)", rest)) else 0
        numbers = {int(first), *map(int, re.findall(r"\d\d", rest)), *range(int(first), last + 1)}
        named |= {f"{prefix}-{number:02}" for number in numbers}
    told = {
        row for rows, line in zip(ROWS, _lines(), strict=True) if "stories" in line for row in rows
    }
    assert told - named <= {"BGP-16"}


def _lines() -> list[str]:
    return [line for line in PAGE.splitlines() if re.match(r"\| [A-Z]+\d?-", line)]


def _text(file: str) -> str:
    return (HERE / file).read_text()
