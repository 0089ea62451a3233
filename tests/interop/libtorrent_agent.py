#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Nodes of libtorrent, one session each, driven as README.md says. Debian's python3 runs it:
the module comes with python3-libtorrent."""

import hashlib
import json
import sys
import tempfile
import time

import libtorrent

from ed25519 import expanded_key, public_key

ANSWER_SECONDS = 40  # libtorrent gives up a lookup among dead nodes after 15
LOOKUP_SECONDS = 3
POLL_MS = 100

SETTINGS = {
    "enable_dht": True,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "alert_mask": libtorrent.alert.category_t.all_categories,
    "allow_multiple_connections_per_ip": True,
    # Its own protection, which takes a network on one machine for an attack.
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_block_ratelimit": 1_000_000,
    "dht_upload_rate_limit": 100_000_000,
    "dht_ignore_dark_internet": False,
    "dht_prefer_verified_node_ids": False,
}


class Unsupported(Exception):
    pass


class Node:
    def __init__(self, address: str, port: int, bootstrap: list[str]):
        self.session = libtorrent.session(
            {
                **SETTINGS,
                "listen_interfaces": f"{address}:{port}",
                "dht_bootstrap_nodes": ",".join(bootstrap),
            }
        )
        self.address = address
        self.torrents: dict[str, libtorrent.torrent_handle] = {}
        self.folder = tempfile.TemporaryDirectory()

    def wait(self, matches):
        """What `matches` makes of the first alert for which it is not None."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            self.session.wait_for_alert(POLL_MS)
            for alert in self.session.pop_alerts():
                found = matches(alert)
                if found is not None:
                    return found
        raise TimeoutError("libtorrent did not answer")

    def wait_for_id(self) -> bytes:
        """The DHT starts a little after the socket."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            # One entry per socket: the id, then the address it is for.
            ids = self.session.save_state().get(b"dht state", {}).get(b"node-id", [])
            if ids:
                return ids[0][:20]
            time.sleep(POLL_MS / 1000)
        raise TimeoutError("the DHT of libtorrent did not start")

    def live_contacts(self) -> int:
        self.session.post_dht_stats()

        def count(alert):
            if isinstance(alert, libtorrent.dht_stats_alert):
                return sum(bucket["num_nodes"] for bucket in alert.routing_table)

        return self.wait(count)


def _port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def _value(alert) -> str | None:
    """The bytes string that was found; the Python module refuses to read an item that was not."""
    try:
        item = alert.item
    except RuntimeError:
        return None
    if isinstance(item, dict):
        item = item.get("value")
    return item.hex() if isinstance(item, bytes) else None


class Agent:
    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def start(self, node, address, port=0, bootstrap=(), **_):
        made = Node(address, port, list(bootstrap))
        self.nodes[node] = made

        def listening(alert):
            if isinstance(alert, libtorrent.listen_failed_alert):
                raise OSError(alert.message())
            # The DHT shares the socket of uTP.
            udp = isinstance(alert, libtorrent.listen_succeeded_alert) and "uTP" in alert.message()
            return alert.port if udp else None

        port = made.wait(listening)
        return {"node_id": made.wait_for_id().hex(), "address": address, "port": port}

    def stop(self, node):
        made = self.nodes.pop(node)
        made.session.pause()
        made.session.apply_settings({"enable_dht": False})
        del made.session
        made.folder.cleanup()

    def add(self, node, endpoint):
        self.nodes[node].session.add_dht_node(_port(endpoint))

    def put_immutable(self, node, value):
        made = self.nodes[node]
        target = str(made.session.dht_put_immutable_item(bytes.fromhex(value)))

        def stored(alert):
            if isinstance(alert, libtorrent.dht_put_alert) and str(alert.target) == target:
                return alert.num_success

        return {"target": target, "stored": made.wait(stored)}

    def get_immutable(self, node, target):
        made = self.nodes[node]
        made.session.dht_get_immutable_item(libtorrent.sha1_hash(bytes.fromhex(target)))

        def found(alert):
            if isinstance(alert, libtorrent.dht_immutable_item_alert):
                if str(alert.target) == target:
                    return {"value": _value(alert)}

        return made.wait(found)

    def put_mutable(self, node, seed, value, salt="", seq=None, cas=None, **_):
        """libtorrent looks up the highest sequence number and takes the next."""
        if seq is not None or cas is not None:
            raise Unsupported("unsupported: libtorrent chooses seq and cas itself")
        made = self.nodes[node]
        key = public_key(bytes.fromhex(seed))
        salt_bytes = bytes.fromhex(salt)
        made.session.dht_put_mutable_item(
            expanded_key(bytes.fromhex(seed)), key, bytes.fromhex(value), salt_bytes
        )

        def stored(alert):
            if isinstance(alert, libtorrent.dht_put_alert):
                if bytes(alert.public_key) == key and _salt(alert.salt) == salt_bytes:
                    return {"stored": alert.num_success, "seq": alert.seq}

        target = hashlib.sha1(key + salt_bytes).hexdigest()
        return {"key": key.hex(), "target": target, **made.wait(stored)}

    def get_mutable(self, node, key, salt="", **_):
        made = self.nodes[node]
        salt_bytes = bytes.fromhex(salt)
        made.session.dht_get_mutable_item(bytes.fromhex(key), salt_bytes)

        def found(alert):
            if isinstance(alert, libtorrent.dht_mutable_item_alert):
                same = bytes(alert.key).hex() == key and _salt(alert.salt) == salt_bytes
                if same and alert.authoritative:
                    return {"value": _value(alert), "seq": alert.seq}

        return made.wait(found)

    def announce(self, node, target, **_):
        """dht_announce of the Python module cannot be called: a torrent announces itself, at
        the port the session listens on."""
        made = self.nodes[node]
        torrent = libtorrent.parse_magnet_uri(f"magnet:?xt=urn:btih:{target}")
        torrent.save_path = made.folder.name
        made.torrents[target] = made.session.add_torrent(torrent)
        made.torrents[target].force_dht_announce()
        return {"port": made.session.listen_port()}

    def lookup(self, node, target):
        made = self.nodes[node]
        made.session.dht_get_peers(libtorrent.sha1_hash(bytes.fromhex(target)))
        peers: set[str] = set()

        # One alert for each node that knew peers, and none at the end.
        deadline = time.monotonic() + LOOKUP_SECONDS
        while time.monotonic() < deadline:
            made.session.wait_for_alert(POLL_MS)
            for alert in made.session.pop_alerts():
                if not isinstance(alert, libtorrent.dht_get_peers_reply_alert):
                    continue
                if str(alert.info_hash) == target:
                    peers.update(f"{host}:{port}" for host, port in alert.peers())
        return {"peers": sorted(peers)}

    def stats(self, node):
        return {"contacts": self.nodes[node].live_contacts()}


def _salt(salt) -> bytes:
    return salt if isinstance(salt, bytes) else salt.encode("latin-1")


def answer(agent: Agent, request: dict) -> dict:
    command = request.pop("do")
    if command == "quit":
        return {"ok": True}
    handler = getattr(agent, command, None)
    if handler is None or command.startswith("_"):
        return {"ok": False, "error": f"unsupported: {command}"}
    try:
        return {"ok": True, **(handler(**request) or {})}
    except Exception as error:  # whatever it is, the other side learns of it
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


def main() -> None:
    agent = Agent()
    for line in sys.stdin:
        request = json.loads(line)
        number, command = request.pop("id"), request["do"]
        print(json.dumps({"id": number, **answer(agent, request)}), flush=True)
        if command == "quit":
            break


if __name__ == "__main__":
    main()
