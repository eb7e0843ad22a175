"""A stream that is asked for before there is a session."""

from kube.streams.test_session import Client
from portico.kube.streams.late_stream import LateStream
from portico.kube.streams.stream import Buffer, End, Ending


class Notes:
    """A stream that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def write(self, data: Buffer) -> None:
        self.told.append(f"write {bytes(data).decode()}")

    def write_eof(self) -> None:
        self.told.append("write_eof")

    def reset(self) -> None:
        self.told.append("reset")

    def pause_reading(self) -> None:
        self.told.append("pause_reading")

    def resume_reading(self) -> None:
        self.told.append("resume_reading")


def late() -> tuple[LateStream, list[str], list[LateStream]]:
    heard: list[str] = []
    given_up: list[LateStream] = []
    return LateStream(80, Client("1", heard), given_up.append), heard, given_up


def test_what_was_said_before_is_said_first() -> None:
    stream, heard, _ = late()
    assert heard == ["1 is to pause"]
    stream.write(b"hel")
    stream.write(b"lo")
    stream.pause_reading()
    stream.write_eof()
    real = Notes()
    stream.attach(real)
    assert real.told == ["pause_reading", "write hello", "write_eof"]
    assert heard == ["1 is to pause", "1 may go on"]
    stream.resume_reading()
    assert real.told[-1] == "resume_reading"


def test_a_way_that_is_full_is_not_written_to() -> None:
    stream, heard, _ = late()
    stream.attach(Notes(), is_full=True)
    assert heard == ["1 is to pause"]


def test_who_has_given_up_gets_none() -> None:
    stream, heard, given_up = late()
    stream.reset()
    assert given_up == [stream]
    real = Notes()
    stream.attach(real)
    assert real.told == ["reset"]
    stream.fail(End(Ending.LOST))
    assert heard == ["1 is to pause"]


def test_there_may_be_none() -> None:
    stream, heard, _ = late()
    stream.fail(End(Ending.LOST, "gone"))
    stream.fail(End(Ending.CLOSED))
    assert heard == ["1 is to pause", "1 ended LOST gone"]
