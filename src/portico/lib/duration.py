"""Durations as Go writes them: 1m0s, 90s, 1.5h, 300ms."""

import re
from typing import Final

UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0,
                "h": 3600.0}  # fmt: skip

_PART: Final = r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)"


def parse_duration(text: str) -> float:
    """Seconds. Raises ValueError, worded as Go does."""
    sign = -1.0 if text.startswith("-") else 1.0
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0.0
    if not re.fullmatch(f"(?:{_PART})+", rest, re.ASCII):
        is_bare = re.fullmatch(r"\d+\.?\d*|\.\d+", rest, re.ASCII)
        what = "missing unit in duration" if is_bare else "invalid duration"
        raise ValueError(f'time: {what} "{text}"')
    return sign * sum(float(many) * UNITS[unit] for many, unit in re.findall(_PART, rest, re.ASCII))
