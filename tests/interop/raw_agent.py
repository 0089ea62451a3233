#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A bare socket for each node, driven as README.md says: it sends what it is told, byte for
byte, and says what came back."""

import json
import socket
import sys

ANSWER_SECONDS = 2.0
DATAGRAM_BYTES = 2048


class Agent:
    def __init__(self) -> None:
        self.sockets: dict[str, socket.socket] = {}

    def start(self, node, address, port=0, **_):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((address, port))
        self.sockets[node] = made
        return {"node_id": None, "address": address, "port": made.getsockname()[1]}

    def transmit(self, node, endpoint, datagram):
        host, _, port = endpoint.rpartition(":")
        self.sockets[node].sendto(bytes.fromhex(datagram), (host, int(port)))

    def receive(self, node, seconds=ANSWER_SECONDS):
        self.sockets[node].settimeout(seconds)
        try:
            return {"datagram": self.sockets[node].recv(DATAGRAM_BYTES).hex()}
        except TimeoutError:
            return {"datagram": None}

    def stats(self, **_):
        return {"contacts": 0}


def main() -> None:
    agent = Agent()
    for line in sys.stdin:
        request = json.loads(line)
        number, command = request.pop("id"), request.pop("do")
        results = {} if command == "quit" else getattr(agent, command)(**request) or {}
        print(json.dumps({"id": number, "ok": True, **results}), flush=True)
        if command == "quit":
            break


if __name__ == "__main__":
    main()
