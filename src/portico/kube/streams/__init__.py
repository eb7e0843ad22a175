"""Streams to the ports of a pod, through the API server (`pods/portforward`).

    async with PodStreams(client, Pod("shop", "cart-0"), Settings(), on_lost) as streams:
        stream = streams.open_stream(8080, receiver)

Without sockets: `spdy`, `websocket`, `channels`. Around them: `session`, one connection with many
streams; `pod_streams`, the few sessions to one pod. `forms` says in which ways a server is asked.
"""
