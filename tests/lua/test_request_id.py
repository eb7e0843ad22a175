"""Names for requests that bring none."""

import re

from support.luajit import play

START, AGAIN = "a" * 24, "b" * 24


def test_ids_are_32_hexadecimal_digits_and_all_different():
    ids = play("request_id", [["start", START], *[["next"]] * 1000])[1:]
    assert len(set(ids)) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


def test_when_the_count_is_used_up_there_is_a_new_start():
    told = play("request_id", [["last", 1], ["start", START, AGAIN], *[["next"]] * 3])
    assert told[2:] == [f"{START}00000000", f"{START}00000001", f"{AGAIN}00000000"]
