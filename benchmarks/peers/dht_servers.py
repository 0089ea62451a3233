#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dht_servers.py PROGRAM [OPTION …]: runs dht_server_benchmark with servers of libtorrent and
bittorrent-dht beside ours, each with a table filled by 300 nodes that answer.

Debian's python3 has libtorrent; SHADW_INTEROP_MODULES is the folder that
tests/interop/prepare.sh filled. A server that is missing is left out.
"""

import json
import os
import pathlib
import random
import selectors
import socket
import subprocess
import sys
import threading
import time

CONTACTS = 300
FILL_SECONDS = 20
LIBTORRENT_PORT, BITTORRENT_DHT_PORT = 20_101, 20_102


class Crowd:
    """Sockets at addresses of their own that answer every ping and know nobody."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.endpoints = []
        source = random.Random(1)
        for number in range(CONTACTS):
            at = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            at.bind((f"127.{1 + number // 200}.{number % 200}.1", 0))
            self.selector.register(at, selectors.EVENT_READ, source.randbytes(20))
            self.endpoints.append(at.getsockname())
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        while True:
            for key, _ in self.selector.select():
                query, sender = key.fileobj.recvfrom(2048)
                start = query.rfind(b"1:t")
                if start < 0 or b"1:y1:q" not in query:
                    continue
                transaction = query[start:].split(b"1:v")[0].split(b"1:y")[0]
                answer = b"d1:rd2:id20:" + key.data + b"5:nodes0:e" + transaction + b"1:y1:re"
                key.fileobj.sendto(answer, sender)


def serve_libtorrent() -> None:
    """Runs as a process of its own; its standard input names the crowd."""
    import libtorrent

    session = libtorrent.session(
        {
            "listen_interfaces": f"127.0.0.1:{LIBTORRENT_PORT}",
            "enable_dht": True,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "alert_mask": 0,
            "dht_bootstrap_nodes": "",
            "dht_restrict_routing_ips": False,
            "dht_restrict_search_ips": False,
            "dht_ignore_dark_internet": False,
            "dht_block_ratelimit": 1_000_000_000,
            "dht_upload_rate_limit": 2_000_000_000,
        }
    )
    for endpoint in json.loads(sys.stdin.readline()):
        session.add_dht_node(tuple(endpoint))
    time.sleep(FILL_SECONDS - 2)
    session.apply_settings({"alert_mask": libtorrent.alert.category_t.stats_notification})
    session.post_dht_stats()
    session.wait_for_alert(2000)
    for alert in session.pop_alerts():
        if isinstance(alert, libtorrent.dht_stats_alert):
            print(sum(bucket["num_nodes"] for bucket in alert.routing_table), flush=True)
    session.apply_settings({"alert_mask": 0})
    sys.stdin.read()


def start_libtorrent(crowd: Crowd) -> subprocess.Popen:
    command = ["/usr/bin/python3", "-B", __file__, "--serve-libtorrent"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    server.stdin.write(json.dumps(crowd.endpoints) + "\n")
    server.stdin.flush()
    print("libtorrent:", server.stdout.readline().strip(), "contacts", file=sys.stderr)
    return server


def start_bittorrent_dht(crowd: Crowd) -> subprocess.Popen:
    modules = pathlib.Path(os.environ["SHADW_INTEROP_MODULES"])
    command = ["node", str(modules / "bittorrent_dht_agent.js")]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(**request) -> dict:
        server.stdin.write(json.dumps({"id": 1, "node": "n", **request}) + "\n")
        server.stdin.flush()
        return json.loads(server.stdout.readline())

    ask(do="start", address="127.0.0.1", port=BITTORRENT_DHT_PORT)
    for host, port in crowd.endpoints:
        ask(do="add", endpoint=f"{host}:{port}")
    time.sleep(FILL_SECONDS / 2)
    print("bittorrent-dht:", ask(do="stats")["contacts"], "contacts", file=sys.stderr)
    return server


def main() -> int:
    if sys.argv[1] == "--serve-libtorrent":
        serve_libtorrent()
        return 0
    crowd = Crowd()
    servers, listed = [], []
    for name, port, start in (
        ("libtorrent", LIBTORRENT_PORT, start_libtorrent),
        ("bittorrent_dht", BITTORRENT_DHT_PORT, start_bittorrent_dht),
    ):
        try:
            servers.append(start(crowd))
        except (OSError, KeyError, ValueError) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
            continue
        listed.append(f"{name}:{port}:{servers[-1].pid}")
    try:
        environment = {**os.environ, "SHADW_DHT_SERVERS": ",".join(listed)}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    finally:
        for server in servers:
            server.kill()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
