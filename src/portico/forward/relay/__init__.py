"""Carries accepted connections to where they belong, and tells how each ended.

    carriage = PodCarriage(client, Pod("shop", "cart-0"), Settings(), on_lost)
    await carriage.open()                        # KubeError if the pod cannot be had
    relay = carriage.carry(connection, 8080, on_end)   # a socket that does not block
    await carriage.close()

`on_end` is called once with an `Outcome`: bytes both ways, and an `End`: CLEAN, REFUSED by the pod
with its words, RESET_BY_POD, RESET_BY_CLIENT, TOO_SLOW, LOST, CLOSED. `on_lost` is called once with
a KubeError when no session with the pod is left and none can be had; everything it carried has
ended by then. `relay.sent` and `relay.received_bytes` count while it runs; `relay.abort()` ends
it.

`DirectCarriage(address)` has the same shape and dials the address itself. `open_stream(port,
receiver)` of both gives a stream without a socket (`kube.streams.stream`).

Connections are carried at once, also while the session to carry them is still being dialled.
"""
