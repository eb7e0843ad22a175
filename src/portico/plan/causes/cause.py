"""What there is to say of one kind of refusal."""

from typing import NamedTuple

from portico.model.fault import Severity


class Cause(NamedTuple):
    """One kind of refusal: the sentence and the advice; `{}` in the sentence takes the detail."""

    code: str
    sentence: str
    hint: str
    severity: Severity = Severity.ERROR
