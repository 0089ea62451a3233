# SPDX-License-Identifier: Apache-2.0
"""shadw dht: two nodes of ours on loopback, and the other verbs against them."""

import hashlib
import json
import signal
import socket
import subprocess
import unittest

from harness import BINARY, USAGE, AppTest

NODES = 3


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


class Node:
    """A running `shadw dht node`; its lines are read as they are needed."""

    def __init__(self, *options: str, bind: tuple[str, ...] = ("127.0.0.1:0",)):
        command = [BINARY, "dht", "node", "--json", "--server", *options]
        command += [f"--bind={one}" for one in bind]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        told = self.wait_for("listening")
        self.endpoint, self.endpoints = told["endpoint"], told["endpoints"]

    def wait_for(self, event: str) -> dict:
        for line in self.process.stdout:
            told = json.loads(line)
            if told["event"] == event:
                return told
        raise AssertionError(f"the node ended before {event}")

    def end(self) -> tuple[int, dict]:
        self.process.send_signal(signal.SIGTERM)
        ended = self.wait_for("ended")
        return self.process.wait(timeout=30), ended

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Dht(AppTest):
    network = "mainline"

    def start(self, network: str = "mainline") -> list[Node]:
        self.network = network
        first = self.node()
        self.found = [first]
        for _ in range(NODES - 1):
            node = self.node(f"--bootstrap={first.endpoint}")
            node.wait_for("joined")
            self.found.append(node)
        return self.found

    def node(self, *options: str, **how) -> Node:
        node = Node(f"--network={self.network}", *options, **how)
        self.addCleanup(node.kill)
        return node

    def arguments(self, verb: str, *options) -> list:
        bootstrap = f"--bootstrap={self.found[0].endpoint}"
        return ["dht", verb, "--bind=127.0.0.1:0", f"--network={self.network}", bootstrap, *options]

    def dht(self, verb: str, *options, **how) -> dict:
        return self.succeed(*self.arguments(verb, *options), "--json", **how).json

    def test_a_value_that_was_put_is_found_by_its_hash(self):
        self.start()
        put = self.dht("put", "hello dht")
        self.assertEqual(put["target"], hashlib.sha1(b"9:hello dht").hexdigest())
        self.assertEqual((put["stored"], put["quorum_met"]), (NODES, True))
        self.assertEqual([each["result"] for each in put["contacts"]], ["stored"] * NODES)
        got = self.succeed(*self.arguments("get", put["target"]))
        self.assertEqual(got.out, b"hello dht")
        self.assertEqual(self.dht("get", put["target"])["value_hex"], b"hello dht".hex())

    def test_a_signed_value_is_replaced_by_the_next(self):
        self.start()
        owner = ["--key", self.key, "--salt=notes"]
        first = self.dht("put", *owner, "one")
        second = self.dht("put", *owner, "-", stdin=b"two\x00")
        self.assertEqual((first["seq"], second["seq"]), (1, 2))
        got = self.dht("get", "--public-key", first["public_key"], "--salt=notes")
        self.assertEqual((got["value_hex"], got["seq"]), (b"two\x00".hex(), 2))

    def test_a_put_that_all_refuse_fails_and_says_with_which_code(self):
        self.start()
        self.dht("put", "--key", self.key, "--seq=5", "five")
        stale = self.expect(1, *self.arguments("put", "--key", self.key, "--seq=4", "four"), "--json")
        self.assertEqual({each["code"] for each in stale.json["contacts"]}, {302})
        self.assertEqual((stale.json["stored"], stale.json["newer_seq"]), (0, 5))
        cas = self.expect(
            1, *self.arguments("put", "--key", self.key, "--seq=6", "--cas=3", "six"), "--json"
        )
        self.assertEqual({each["code"] for each in cas.json["contacts"]}, {301})

    def test_a_quorum_that_is_not_met_fails(self):
        self.start()
        put = self.expect(1, *self.arguments("put", "--quorum=9", "few"), "--json").json
        self.assertEqual((put["stored"], put["quorum_met"]), (NODES, False))

    def test_who_announced_is_found(self):
        self.start()
        target = "a1" * 20
        self.assertEqual(self.dht("announce", target, "--port=7001")["stored"], NODES)
        peers = self.dht("peers", target)["peers"]
        self.assertEqual([peer["endpoints"] for peer in peers], [["127.0.0.1:7001"]])
        self.assertEqual(self.dht("peers", "b2" * 20)["peers"], [])

    def test_the_same_verbs_work_on_hyperdht(self):
        self.start("hyperdht")
        put = self.dht("put", "hello dht")
        self.assertEqual(put["target"], hashlib.blake2b(b"hello dht", digest_size=32).hexdigest())
        self.assertEqual(self.dht("get", put["target"])["value_hex"], b"hello dht".hex())
        target = "a1" * 32
        announced = self.dht("announce", target, "--key", self.key)
        self.assertEqual(announced["stored"], NODES)
        peers = self.dht("peers", target)["peers"]
        self.assertEqual([peer["public_key"] for peer in peers], [announced["public_key"]])

    def test_a_name_is_found_by_its_owner_and_label_until_it_is_revoked(self):
        for network in ("mainline", "hyperdht"):
            self.start(network)
            owner = ["--key", self.key, "printer"]
            first = self.dht("publish", *owner, "--address=10.0.0.1:631", "--capability=ipp")
            self.assertEqual((first["seq"], first["stored"], first["kind"]), (1, NODES, "service"))
            name = [first["owner"], "printer"]
            self.assertEqual(self.dht("resolve", *name)["addresses"], ["10.0.0.1:631"])
            moved = ["--address=10.0.0.2:631", "--address=[2001:db8::1]:631"]
            self.assertEqual(self.dht("publish", *owner, *moved)["seq"], 2)
            found = self.succeed(*self.arguments("resolve", *name))
            self.assertEqual(found.out, b"10.0.0.2:631\n[2001:db8::1]:631\n")
            other = self.fail_with(*self.arguments("resolve", first["owner"], "other"), "--json")
            self.assertEqual(other.json["error"]["code"], "not_found")
            self.assertTrue(self.dht("publish", *owner, "--revoke")["revoked"])
            self.assertIn("revoked", self.fail_with(*self.arguments("resolve", *name)).err)
            self.assertIn("revoked", self.fail_with(*self.arguments("publish", *owner, *moved)).err)

    @unittest.skipUnless(has_ipv6(), "there is no address ::1 to bind to")
    def test_a_network_of_ipv6_and_one_of_both_families(self):
        first = self.node(bind=("[::1]:0",))
        self.assertTrue(first.endpoint.startswith("[::1]:"))
        both = self.node(f"--bootstrap={first.endpoint}", bind=("127.0.0.1:0", "[::1]:0"))
        both.wait_for("joined")
        self.assertEqual([it.rpartition(":")[0] for it in both.endpoints], ["127.0.0.1", "[::1]"])
        at_v6 = ["--bind=[::1]:0", f"--bootstrap={first.endpoint}", "--json"]
        put = self.succeed("dht", "put", *at_v6, "six").json
        self.assertEqual(put["stored"], 2)
        self.assertEqual(
            {it["endpoint"] for it in put["contacts"]}, {first.endpoint, both.endpoints[1]}
        )
        # The one of both families has it for those of IPv4, too.
        at_v4 = ["--bind=127.0.0.1:0", f"--bootstrap={both.endpoints[0]}", "--json"]
        got = self.succeed("dht", "get", *at_v4, put["target"]).json
        self.assertEqual(got["value_hex"], b"six".hex())
        pong = self.succeed("dht", "ping", "--bind=[::1]:0", first.endpoint, "--json").json
        self.assertEqual(pong["endpoint"], first.endpoint)

    def test_a_state_file_is_enough_to_begin_with(self):
        state = self.root / "state"
        nodes = self.start()
        self.dht("stats", f"--state={state}")
        alone = ["dht", "lookup", "--bind=127.0.0.1:0", "--timeout=5", "00" * 20]
        found = self.succeed(*alone, f"--state={state}", "--json").json
        self.assertEqual(
            {each["endpoint"] for each in found["closest"]}, {node.endpoint for node in nodes}
        )
        # A node of IPv4 has no use for an address of IPv6.
        astray = self.succeed(*alone, "--bootstrap=[::1]:9", f"--state={state}", "--json")
        self.assertEqual(astray.json["closest"], found["closest"])
        self.assertIn("no address", astray.json["warnings"][0])
        nobody = self.fail_with(*alone, "--bootstrap=[::1]:9", "--json")
        self.assertEqual(nobody.json["error"]["code"], "unavailable")
        other = self.fail_with(*alone[:-1], "00" * 32, "--network=hyperdht", f"--state={state}")
        self.assertIn(str(state), other.err)
        state.write_bytes(state.read_bytes()[:-1])
        broken = self.fail_with(*alone, f"--state={state}", "--json")
        self.assertEqual(broken.json["error"]["code"], "data_loss")

    def test_ping_lookup_and_stats_tell_who_is_there(self):
        nodes = self.start()
        pong = self.dht("ping", nodes[1].endpoint)
        self.assertEqual(pong["endpoint"], nodes[1].endpoint)
        self.assertGreater(pong["rtt_ns"], 0)
        lookup = self.dht("lookup", pong["id"])
        self.assertIs(lookup["crowded"], False)
        closest = lookup["closest"]
        self.assertEqual(closest[0], {"id": pong["id"], "endpoint": nodes[1].endpoint})
        self.assertEqual(len(closest), NODES)
        self.assertEqual(self.dht("stats")["contacts"], NODES)

    def test_a_node_ends_at_a_signal_and_tells_what_it_did(self):
        nodes = self.start()
        self.dht("put", "hello")
        code, ended = nodes[1].end()
        self.assertEqual(code, 0)
        self.assertEqual((ended["records"], ended["serving"]), (1, True))
        self.assertGreater(ended["replies"], 0)

    def test_a_node_ends_by_itself_after_the_time_it_was_given(self):
        self.found = [self.node("--for=1")]
        self.assertEqual(self.found[0].wait_for("ended")["contacts"], 0)

    def test_silence_is_told_from_absence(self):
        self.start()
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(silent.close)
        silent.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{silent.getsockname()[1]}"
        quick = ["--bind=127.0.0.1:0", "--timeout=1"]
        alone = self.fail_with("dht", "lookup", *quick, f"--bootstrap={at}", "00" * 20, "--json")
        self.assertEqual(alone.json["error"]["code"], "unavailable")
        self.assertIn("none of 1 known nodes", alone.err)
        late = self.fail_with("dht", "ping", *quick, at, "--json")
        self.assertEqual(late.json["error"]["code"], "deadline_exceeded")
        absent = self.fail_with(*self.arguments("get", "cd" * 20), "--json")
        self.assertEqual(absent.json["error"]["code"], "not_found")
        self.found[-1].kill()
        missed = self.fail_with(*self.arguments("get", "cd" * 20))
        self.assertRegex(missed.err, r"[1-9]\d* requests? went unanswered")
        self.assertGreater(self.dht("lookup", "cd" * 20)["silent"], 0)

    def test_nobody_is_asked_on_the_internet_unless_told_so(self):
        result = self.fail_with("dht", "lookup", "00" * 20, "--json")
        self.assertEqual(result.json["error"]["code"], "invalid_argument")
        self.assertIn("--public", result.err)

    def test_wrong_arguments_are_named(self):
        self.start()
        for options, word in (
            (self.arguments("lookup", "abc"), "hexadecimal"),
            (self.arguments("get", "--public-key=ab"), "hexadecimal"),
            (self.arguments("put", "x" * 2000), "1000"),
            (["dht", "ping", "nowhere"], "nowhere"),
            (["dht", "ping", "--bind=here", "127.0.0.1:1"], "here"),
            (["dht", "ping", "--bind=127.0.0.1:0", "--bind=127.0.0.2:0", "127.0.0.1:1"], "one"),
        ):
            self.assertIn(word, self.fail_with(*options).err)
        for options in (
            ["dht"],
            ["dht", "lookup"],
            ["dht", "get"],
            ["dht", "ping", "--network=other", "127.0.0.1:1"],
            ["dht", "put", "--salt=s", "value"],
            ["dht", "announce", "00" * 20],
            ["dht", "publish", "label", "--address=127.0.0.1:1"],
            ["dht", "publish", "label", "--key", self.key],
            ["dht", "resolve", "00" * 32],
            ["dht", "announce", "--network=hyperdht", "--port=1", "00" * 32],
        ):
            self.fail_with(*options, code=USAGE)
