"""gRPC as it is: a real client over TLS, a real server without; unary, streams, errors."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event

import grpc
import pytest

from live.manifests import backend, ingress, secret
from model.certificates import pair

pytestmark = pytest.mark.nginx

HOST = "grpc.example"
PATIENCE = 20.0


@pytest.fixture
def server():
    """Echoes; its port."""
    made = grpc.server(ThreadPoolExecutor(8))
    methods = {
        "Unary": grpc.unary_unary_rpc_method_handler(unary),
        "Count": grpc.unary_stream_rpc_method_handler(count),
        "Sum": grpc.stream_unary_rpc_method_handler(total),
        "Talk": grpc.stream_stream_rpc_method_handler(talk),
        "Refuse": grpc.unary_unary_rpc_method_handler(refuse),
    }
    made.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", methods),))
    port = made.add_insecure_port("127.0.0.1:0")
    made.start()
    yield port
    made.stop(0).wait()


@pytest.fixture
def channel(program, server):
    program.save("echo.yaml", backend("echo", server, protocol="kubernetes.io/h2c"))
    program.save("grpc.yaml", ingress("grpc", HOST, [("/", "echo")], secret="tls"))
    program.save("tls.yaml", secret("tls", pair(HOST)))
    program.start()
    trusted = grpc.ssl_channel_credentials(pair(HOST).chain)
    options = [("grpc.ssl_target_name_override", HOST), ("grpc.default_authority", HOST)]
    with grpc.secure_channel(f"127.0.0.1:{program.https}", trusted, options) as made:
        yield made


def test_unary(channel):
    """Metadata goes along both ways, trailers too."""
    ask = channel.unary_unary("/test.Echo/Unary")
    for size in (0, 10, 1_000_000):
        answer, call = ask.with_call(
            b"x" * size, timeout=PATIENCE, metadata=(("x-tenant", "blue"), ("bytes-bin", b"\xff"))
        )
        assert answer == b"x" * size
        assert ("x-tenant", "blue") in [tuple(pair) for pair in call.initial_metadata()]
        assert ("trailer-bin", b"\xff") in [tuple(pair) for pair in call.trailing_metadata()]


def test_server_streaming(channel):
    numbers = channel.unary_stream("/test.Echo/Count")(b"5", timeout=PATIENCE)
    assert list(numbers) == [b"1", b"2", b"3", b"4", b"5"]


def test_server_streaming_one_by_one(channel):
    """The second comes when this test is long over; the first is there at once."""
    numbers = channel.unary_stream("/test.Echo/Count")(b"waiting", timeout=PATIENCE)
    assert next(numbers) == b"1"
    numbers.cancel()


def test_client_streaming(channel):
    numbers = (str(number).encode() for number in range(100))
    assert channel.stream_unary("/test.Echo/Sum")(numbers, timeout=PATIENCE) == b"4950"


def test_both_ways(channel):
    """A conversation: each word is said only after the answer to the one before."""
    words: SimpleQueue[bytes | None] = SimpleQueue()
    heard = channel.stream_stream("/test.Echo/Talk")(iter(words.get, None), timeout=PATIENCE)
    for number in range(10):
        words.put(b"word %d" % number)
        assert next(heard) == b"heard word %d" % number
    words.put(None)
    assert list(heard) == []


def test_errors_are_those_of_the_server(channel):
    with pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary("/test.Echo/Refuse")(b"", timeout=PATIENCE)
    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert raised.value.details() == "not today: 100 %"
    with pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary("/test.Echo/Nothing")(b"", timeout=PATIENCE)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_deadline(channel):
    """The server learns that nobody waits any more."""
    with pytest.raises(grpc.RpcError) as raised:
        list(channel.unary_stream("/test.Echo/Count")(b"waiting", timeout=0.5))
    assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert channel.unary_unary("/test.Echo/Unary")(b"next", timeout=PATIENCE) == b"next"


def unary(said: bytes, context: grpc.ServicerContext) -> bytes:
    told = [pair for pair in context.invocation_metadata() if pair[0] == "x-tenant"]
    context.send_initial_metadata(told)
    context.set_trailing_metadata((("trailer-bin", b"\xff"),))
    return said


def count(said: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
    if said == b"waiting":
        left = Event()
        context.add_callback(left.set)
        yield b"1"
        left.wait(300)
        return
    for number in range(int(said)):
        yield b"%d" % (number + 1)


def total(said: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
    return b"%d" % sum(map(int, said))


def talk(said: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
    for word in said:
        yield b"heard " + word


def refuse(said: bytes, context: grpc.ServicerContext) -> bytes:
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not today: 100 %")
    return said
