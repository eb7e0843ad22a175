"""What one YAML scalar stands for, as kubectl reads it.

kubectl turns YAML into JSON with sigs.k8s.io/yaml, whose rules (goyaml.v2, resolve.go) are these:
YAML 1.1 words for booleans (`yes`, `on`, `y` too), `010` and `0o10` are octal, `1_000` is 1000,
`08` and `1e3` are floats, and a float without a fraction is written to JSON as a whole number.
A date stays text. A number too large for a float stays text as well; `.inf` and `.nan` are no JSON
and refused.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final


class RefusalError(ValueError):
    """A document holds something that is not read; where, the caller knows."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def _spellings(*words: str) -> tuple[str, ...]:
    return tuple(form for word in words for form in {word, word.capitalize(), word.upper()})


WORDS: Final[Mapping[str, bool | None]] = (
    dict.fromkeys(_spellings("y", "yes", "true", "on"), True)
    | dict.fromkeys(_spellings("n", "no", "false", "off"), False)
    | dict.fromkeys(("", "~", *_spellings("null")), None)
)
NOT_FINITE: Final = frozenset(
    sign + word
    for word in (".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN")
    for sign in (("",) if word[1] in "nN" else ("", "+", "-"))
)
MERGE: Final = "".join(("<", "<"))
"""The merge key. It is told by identity, because a quoted "<<" is a key like any other."""

_WORD_STARTS: Final = frozenset("yYnNtTfFoO~")
_NUMBER_STARTS: Final = frozenset("+-.0123456789")
_INTEGER: Final = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<binary>[01]+)"
    r"|0[oO]?(?P<octal>[0-7]+)|(?P<decimal>0|[1-9][0-9]*))",
)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_RADIX: Final = {"hex": 16, "binary": 2, "octal": 8, "decimal": 10}
_MOST_DIGITS: Final = 64  # of a 64-bit number, in binary
_WHOLE: Final = 1e21  # Go writes floats below this without an exponent
_CACHED: Final = 1 << 14

_TAG: Final = "tag:yaml.org,2002:"
_TEXT_TAGS: Final = frozenset({"!", f"{_TAG}str", f"{_TAG}timestamp"})
_TYPED_TAGS: Final[Mapping[str, tuple[type, ...]]] = {
    f"{_TAG}int": (int,),
    f"{_TAG}float": (int, float),
    f"{_TAG}bool": (bool,),
    f"{_TAG}null": (type(None),),
}
CONTAINER_TAGS: Final = frozenset({None, "!", f"{_TAG}map", f"{_TAG}seq"})


# Cached: most scalars of a folder of manifests are the same few hundred words, which are then
# also the same objects in memory.
@lru_cache(_CACHED)
def plain(text: str) -> object:
    """The value of a scalar without quotes."""
    start = text[:1]
    if not start or start in _WORD_STARTS:
        return WORDS.get(text, text)
    if start not in _NUMBER_STARTS:
        return text
    if text in NOT_FINITE:
        raise RefusalError(f"{text} is not a number that JSON knows", "put it in quotes")
    return number(text.replace("_", "") if start != "." else text, text)


def number(digits: str, text: str) -> object:
    """The number, or the text as it is where it is none."""
    if (found := _INTEGER.fullmatch(digits)) and len(digits) <= _MOST_DIGITS + 3:
        radix = found.lastgroup
        assert radix
        value = int(found[radix], _RADIX[radix])
        return -value if found["sign"] == "-" else value
    if not _FLOAT.fullmatch(digits):
        return text
    return whole(float(digits), text)


def whole(value: float, text: str) -> object:
    """A float as Go's JSON would hand it on."""
    if not math.isfinite(value):
        return text
    return int(value) if value.is_integer() and abs(value) < _WHOLE else value


@lru_cache(_CACHED)
def plain_key(text: str) -> str:
    """A mapping key without quotes: text, whatever it looks like.

    kubectl makes "true" of the key `on`; nobody who writes it means that.
    """
    if text == MERGE:
        return MERGE
    if text in WORDS and WORDS[text] is None:
        raise RefusalError("a field has no name", 'if it is meant to be named so: "null":')
    return text


def tagged(tag: str, text: str) -> object:
    """The value of a scalar with an explicit tag."""
    if tag in _TEXT_TAGS:
        return text
    if (types := _TYPED_TAGS.get(tag)) is None:
        raise unknown_tag(tag)
    value = plain(text)
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise RefusalError(f"{text!r:.200} does not fit its tag {_short(tag)}", "remove the tag")
    return value


def unknown_tag(tag: str) -> RefusalError:
    return RefusalError(f"the tag {_short(tag)} is not read", "remove the tag")


def _short(tag: str) -> str:
    return ascii(tag.replace(_TAG, "!!"))[1:-1][:200]
