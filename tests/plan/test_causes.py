"""What is said of every reason for a no; how the texts have to be is in test_verdict.py."""

from types import ModuleType

import pytest

from portico.plan.causes import http, l4
from portico.plan.causes.cause import Cause
from portico.plan.verdict import Because


@pytest.mark.parametrize("causes", [http, l4], ids=["http", "l4"])
def test_none_is_forgotten_and_all_keep_their_names(causes: ModuleType) -> None:
    found = {name: value for name, value in vars(causes).items() if isinstance(value, Cause)}
    assert found
    assert found.items() <= {because.name: because.value for because in Because}.items()
