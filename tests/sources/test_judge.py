"""From answers to a verdict."""

import pytest

from portico.sources.health.judge import Judge, Thresholds

DEAD, SICK = "connection refused", "answered 503"


@pytest.mark.parametrize(
    ("healthy", "unhealthy", "answers", "verdicts"),
    [
        # 1: a good answer, 0: a bad one; verdicts: + healthy, - not
        (1, 2, "11111", "+++++"),
        (1, 2, "10101", "+++++"),  # never two in a row
        (1, 2, "10011", "++-++"),
        (1, 1, "10101", "+-+-+"),
        (1, 2, "01", "-+"),  # the first answer decides
        (3, 2, "0011011101", "------" + "-+++"),  # the streak of good ones starts anew
        (2, 3, "000110011", "----+" + "++++"),
    ],
)
def test_thresholds(healthy, unhealthy, answers, verdicts):
    judge, seen = Judge(), ""
    for answer in answers:
        judge.hear("" if answer == "1" else DEAD, Thresholds(healthy, unhealthy))
        seen += "+" if judge.is_healthy else "-"
    assert seen == verdicts


STORY = [
    # heard  is news  reason
    ("",     False,   ""),
    (DEAD,   False,   ""),
    (SICK,   True,    "2 failed checks: answered 503"),    # two failures, whatever they were
    (SICK,   False,   "2 failed checks: answered 503"),
    (DEAD,   False,   "2 failed checks: answered 503"),    # not yet
    (SICK,   False,   "2 failed checks: answered 503"),
    (DEAD,   False,   "2 failed checks: answered 503"),
    (DEAD,   True,    "2 failed checks: connection refused"),
    ("",     True,    ""),
]  # fmt: skip


def test_another_trouble_must_last_to_be_told():
    judge = Judge()
    for heard, is_news, reason in STORY:
        assert judge.hear(heard, Thresholds(1, 2)) == is_news
        assert judge.reason == reason


def test_one_failure_is_no_plural():
    judge = Judge()
    judge.hear(DEAD, Thresholds(1, 1))
    assert judge.reason == "1 failed check: connection refused"
