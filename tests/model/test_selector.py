"""Label selectors: which labels they select."""

import msgspec
import pytest

from portico.model.selector import LabelSelector, selected


def selector(**fields: object) -> LabelSelector:
    return msgspec.convert(fields, LabelSelector)


def wants(key: str, operator: str, *values: str) -> LabelSelector:
    expression = {"key": key, "operator": operator, "values": list(values)}
    return selector(matchExpressions=[expression])


LEFT = {"rack": "left", "tier": "1"}


@pytest.mark.parametrize(
    ("found", "selects_left", "selects_nothing"),
    [
        (selector(),                                        True,  True),
        (selector(matchLabels={"rack": "left"}),            True,  False),
        (selector(matchLabels={"rack": "left", "x": "1"}),  False, False),
        (wants("rack", "In", "left", "right"),              True,  False),
        (wants("rack", "In", "right"),                      False, False),
        (wants("rack", "NotIn", "left"),                    False, True),   # also without it
        (wants("rack", "Exists"),                           True,  False),
        (wants("rack", "DoesNotExist"),                     False, True),
        (selector(matchLabels={"tier": "1"}, matchExpressions=[
            {"key": "rack", "operator": "NotIn", "values": ["left"]}]), False, False),
    ],
)  # fmt: skip
def test_selects(found: LabelSelector, *, selects_left: bool, selects_nothing: bool) -> None:
    assert found.selects(LEFT) is selects_left
    assert found.selects({}) is selects_nothing


def test_one_of_several_is_enough() -> None:
    assert selected([wants("rack", "In", "right"), wants("tier", "Exists")], LEFT)
    assert not selected([], LEFT)
