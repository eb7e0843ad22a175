"""What all answers for people have in common."""

from explain.l4_plans import LATE, LOST
from portico.explain.lines import line, lost_lines


def test_labels_stand_in_a_column():
    assert line("host", "a") == "  host        a"
    assert line("certificate", "a") == "  certificate a"


def test_a_claim_that_lost():
    assert list(lost_lines([LOST])) == [
        f"  error       {LATE}: {LOST.reason}",
        f"              hint: {LOST.hint}",
    ]
