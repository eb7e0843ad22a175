"""gRPC by a real client, through nginx, to a real server."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

import grpc
import pytest

from model.certificates import pair
from portico.plan.backend import Protocol
from support.plans import backend, certificate, plan_of, site

pytestmark = pytest.mark.nginx

PEM = pair("grpc.example")


class Service(grpc.GenericRpcHandler):
    """Bytes in, bytes out; needs no generated code."""

    def service(self, call):
        return {
            "/test.Shop/Echo": grpc.unary_unary_rpc_method_handler(lambda got, _: got * 2),
            "/test.Shop/Each": grpc.stream_stream_rpc_method_handler(each),
            "/test.Shop/Fail": grpc.unary_unary_rpc_method_handler(fail),
        }.get(call.method)


def each(requests, _context):
    for got in requests:
        yield got.upper()


def fail(_got, context):
    context.set_trailing_metadata([("why", "told")])
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "closed")


@contextmanager
def server():
    running = grpc.server(ThreadPoolExecutor(4), handlers=[Service()])
    port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    try:
        yield port
    finally:
        running.stop(None).wait()


@pytest.fixture
def channel(shared_nginx):
    with server() as port:
        shared_nginx.serve(
            plan_of(
                backend("grpc", ("127.0.0.1", port), protocol=Protocol.GRPC),
                certificate("tls", PEM),
                site("grpc.example", {"/": "grpc"}, tls=certificate("tls", PEM).key),
            )
        )
        trust = grpc.ssl_channel_credentials(root_certificates=PEM.chain)
        named = [("grpc.ssl_target_name_override", "grpc.example")]
        place = f"127.0.0.1:{shared_nginx.https_port}"
        with grpc.secure_channel(place, trust, named) as channel:
            yield channel


def test_one_call(channel):
    assert channel.unary_unary("/test.Shop/Echo")(b"ab", timeout=20) == b"abab"


def test_a_large_message(channel):
    sent = b"x" * (1 << 20)
    assert channel.unary_unary("/test.Shop/Echo")(sent, timeout=20) == sent * 2


def test_a_stream_answers_each_message_as_it_comes(channel):
    """The next message is sent only when the answer to the last one is there."""
    asked = SimpleQueue()
    stream = channel.stream_stream("/test.Shop/Each")(iter(asked.get, None), timeout=20)
    for word in (b"one", b"two", b"three"):
        asked.put(word)
        assert next(stream) == word.upper()
    asked.put(None)
    assert list(stream) == []


def test_a_failure_and_its_trailers_pass(channel):
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/test.Shop/Fail")(b"", timeout=20)
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert caught.value.details() == "closed"
    assert ("why", "told") in [tuple(pair) for pair in caught.value.trailing_metadata()]
