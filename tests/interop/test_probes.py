# SPDX-License-Identifier: Apache-2.0
"""Our servers, asked byte by byte: what others were seen to answer to odd queries is the
behaviour matrix that this settles for ours. SHADW_DHT_AGENT is the program that hosts them."""

import hashlib
import pathlib
import sys

import ed25519
from cases import SALT, InteropTest, fresh_seed, main
from foreign_network import ForeignNetwork

HERE = pathlib.Path(__file__).resolve().parent
SILENCE_SECONDS = 0.5
MY_ID = b"\xab" * 20


def bencode(value) -> bytes:
    if isinstance(value, dict):
        parts = (bencode(key) + bencode(value[key]) for key in sorted(value))
        return b"d" + b"".join(parts) + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    if isinstance(value, int):
        return b"i%de" % value
    value = value.encode() if isinstance(value, str) else value
    return b"%d:%s" % (len(value), value)


def bdecode(data: bytes):
    value, rest = _bdecode(data)
    assert not rest
    return value


def _bdecode(data: bytes):
    if data[:1] == b"i":
        number, _, rest = data[1:].partition(b"e")
        return int(number), rest
    if data[:1] in b"ld":
        items, rest = [], data[1:]
        while rest[:1] != b"e":
            item, rest = _bdecode(rest)
            items.append(item)
        if data[:1] == b"l":
            return items, rest[1:]
        return {k.decode(): v for k, v in zip(items[::2], items[1::2])}, rest[1:]
    size, _, rest = data.partition(b":")
    return rest[: int(size)], rest[int(size) :]


class Probes(InteropTest):
    """Ten nodes of ours and a bare socket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.ours(size=10)
        cls.server = cls.mine[4]
        cls.sockets = cls.bare(size=2)

    @classmethod
    def bare(cls, size):
        command = [sys.executable, "-B", str(HERE / "raw_agent.py")]
        network = ForeignNetwork(cls.namespace, "raw", size, command=command, subnet=7)
        network.wait_until_met = lambda: None
        return cls._resources.enter_context(network).nodes

    def ask_bytes(self, datagram: bytes, socket=0) -> bytes | None:
        node = self.sockets[socket]
        node.transmit(endpoint=self.server.endpoint, datagram=datagram.hex())
        answer = node.receive()["datagram"]
        return None if answer is None else bytes.fromhex(answer)


class MainlineProbeTest(Probes):
    def ask(self, method: str, arguments: dict, socket=0, **outer):
        query = {"t": b"pq", "y": "q", "q": method, "a": {"id": MY_ID, **arguments}, "ro": 1}
        answer = self.ask_bytes(bencode({**query, **outer}), socket)
        self.assertIsNotNone(answer, f"silence to {method}")
        return bdecode(answer)

    def assert_refused(self, answer: dict, code: int) -> None:
        self.assertEqual((answer["y"], answer.get("e", [None])[0]), (b"e", code), answer)

    def token(self, target: bytes, socket=0) -> bytes:
        return self.ask("get", {"target": target}, socket)["r"]["token"]

    def put(self, value, socket=0, token=None, **arguments):
        target = hashlib.sha1(bencode(value)).digest()
        token = token or self.token(target, socket)
        return self.ask("put", {"v": value, "token": token, **arguments}, socket), target

    def put_mutable(self, seed: str, value, seq: int, salt=b"", **arguments):
        key = ed25519.public_key(bytes.fromhex(seed))
        target = hashlib.sha1(key + salt).digest()
        signable = b"3:seqi%de1:v" % seq + bencode(value)
        if salt:
            signable = b"4:salt" + bencode(salt) + signable
            arguments["salt"] = salt
        signature = ed25519.sign(bytes.fromhex(seed), signable)
        arguments = {"k": key, "seq": seq, "sig": signature, "v": value, **arguments}
        return self.ask("put", {"token": self.token(target), **arguments}), target

    def get(self, target: bytes, **arguments) -> dict:
        return self.ask("get", {"target": target, **arguments})["r"]

    def test_a_reply_tells_the_sender_his_address_and_repeats_any_transaction(self):
        host, _, port = self.sockets[0].endpoint.partition(":")
        address = bytes(map(int, host.split("."))) + int(port).to_bytes(2, "big")
        for transaction in (b"", b"x", b"12345678", b"\x00" * 16):
            answer = self.ask("ping", {}, t=transaction)
            self.assertEqual(answer["ip"], address)
            self.assertEqual(answer["t"], transaction)
            self.assertEqual(answer["r"]["id"].hex(), self.server.node_id)

    def test_a_reply_names_eight_nodes(self):
        nodes = self.ask("find_node", {"target": b"\x11" * 20})["r"]["nodes"]
        self.assertEqual(len(nodes), 8 * 26)

    def test_a_query_without_id_is_refused(self):
        query = {"t": "pq", "y": "q", "q": "find_node", "a": {"target": b"\x11" * 20}}
        self.assert_refused(bdecode(self.ask_bytes(bencode(query))), 203)

    def test_a_target_of_nineteen_bytes_is_refused(self):
        for method, name in (("find_node", "target"), ("get", "target"), ("get_peers", "info_hash")):
            self.assert_refused(self.ask(method, {name: b"\x11" * 19}), 203)

    def test_an_unknown_query_is_answered_as_find_node_where_it_has_a_target(self):
        for name in ("target", "info_hash"):
            answer = self.ask("vote_for_me", {name: b"\x11" * 20})
            self.assertEqual(len(answer["r"]["nodes"]), 8 * 26)
        self.assert_refused(self.ask("vote_for_me", {"padding": b"p" * 40}), 204)

    def test_a_value_of_1000_bytes_is_kept_and_one_of_1001_is_refused(self):
        kept, target = self.put(b"v" * 996)
        self.assertEqual(kept["y"], b"r")
        self.assertEqual(self.get(target)["v"], b"v" * 996)
        self.assert_refused(self.put(b"v" * 997)[0], 205)

    def test_dicts_lists_and_numbers_are_values(self):
        for value in ({"b": 1, "a": ["x", {}]}, [], [1, b"two"], 0, -5, 2**62, b""):
            kept, target = self.put(value)
            self.assertEqual(kept["y"], b"r", value)
            self.assertEqual(bencode(self.get(target)["v"]), bencode(value))

    def test_a_salt_of_64_bytes_is_kept_and_one_of_65_is_refused(self):
        kept, target = self.put_mutable(fresh_seed(), b"v", 1, salt=b"s" * 64)
        self.assertEqual(kept["y"], b"r")
        self.assertEqual(self.get(target)["v"], b"v")
        refused, target = self.put_mutable(fresh_seed(), b"v", 1, salt=b"s" * 65)
        self.assert_refused(refused, 207)

    def test_a_bad_signature_is_refused(self):
        refused, target = self.put_mutable(fresh_seed(), b"v", 1, sig=b"\x01" * 64)
        self.assert_refused(refused, 206)
        self.assertNotIn("v", self.get(target))

    def test_the_same_value_again_is_kept_and_another_of_the_same_number_is_refused(self):
        seed = fresh_seed()
        self.put_mutable(seed, b"first", 3)
        self.assertEqual(self.put_mutable(seed, b"first", 3)[0]["y"], b"r")
        refused, target = self.put_mutable(seed, b"other", 3)
        self.assert_refused(refused, 302)
        self.assertEqual(self.get(target)["v"], b"first")

    def test_a_lower_number_and_a_wrong_cas_are_refused(self):
        seed = fresh_seed()
        self.put_mutable(seed, b"five", 5, salt=bytes.fromhex(SALT))
        for code, seq, more in ((302, 4, {}), (301, 6, {"cas": 4}), (301, 6, {"cas": 7})):
            refused, target = self.put_mutable(seed, b"x", seq, bytes.fromhex(SALT), **more)
            self.assert_refused(refused, code)
            self.assertEqual(self.get(target)["v"], b"five")
        kept, target = self.put_mutable(seed, b"six", 6, bytes.fromhex(SALT), cas=5)
        self.assertEqual((kept["y"], self.get(target)["v"]), (b"r", b"six"))

    def test_numbers_end_at_zero_and_at_the_largest_of_63_bits(self):
        self.assert_refused(self.put_mutable(fresh_seed(), b"v", -1)[0], 203)
        for seq in (0, 2**63 - 1):
            kept, target = self.put_mutable(fresh_seed(), b"v", seq)
            self.assertEqual((kept["y"], self.get(target)["seq"]), (b"r", seq))

    def test_who_knows_the_number_already_gets_nothing_but_it(self):
        _, target = self.put_mutable(fresh_seed(), b"v", 7)
        for known, has_value in ((6, True), (7, False), (8, False)):
            answer = self.get(target, seq=known)
            self.assertEqual(("v" in answer, answer["seq"]), (has_value, 7))
            self.assertIn("nodes", answer)

    def test_half_a_mutable_value_never_becomes_an_immutable_one(self):
        target = hashlib.sha1(bencode(b"half")).digest()
        for more in ({"seq": 1}, {"k": b"k" * 32}, {"sig": b"s" * 64}, {"cas": 1}, {"salt": b"s"}):
            self.assert_refused(self.put(b"half", **more)[0], 203)
        self.assertNotIn("v", self.get(target))

    def test_unsorted_arguments_of_a_put_are_refused(self):
        target = hashlib.sha1(b"1:x").digest()
        token = bencode(self.token(target))
        put = b"d1:ad1:v1:x2:id20:" + MY_ID + b"5:token" + token + b"e1:q3:put2:roi1e1:t2:pq1:y1:qe"
        self.assert_refused(bdecode(self.ask_bytes(put)), 203)

    def test_a_token_is_good_for_one_target_and_one_address(self):
        target = hashlib.sha1(bencode(b"bound")).digest()
        for token in (self.token(b"\x22" * 20), self.token(target, socket=1), b"", b"x" * 40):
            self.assert_refused(self.put(b"bound", token=token or b"0")[0], 203)
        self.assertNotIn("v", self.get(target))
        self.assertEqual(self.put(b"bound", token=self.token(target))[0]["y"], b"r")

    def test_announced_targets_can_be_sampled(self):
        target, host = b"\xc7" * 20, self.sockets[0].endpoint.partition(":")[0]
        token = self.ask("get_peers", {"info_hash": target})["r"]["token"]
        arguments = {"info_hash": target, "token": token, "port": 77}
        self.assertEqual(self.ask("announce_peer", arguments)["y"], b"r")
        self.assertEqual(
            self.ask("get_peers", {"info_hash": target})["r"]["values"],
            [bytes(map(int, host.split("."))) + b"\x00\x4d"],
        )
        answer = self.ask("sample_infohashes", {"target": b"\x11" * 20})["r"]
        self.assertIn(target, [answer["samples"][:20]])
        self.assertEqual(answer["num"], 1)

    # The asker's own part in a table begins with the answer to a ping of ours.
    def test_who_asks_read_only_is_not_asked_back_and_anybody_else_is(self):
        node = self.sockets[1]
        self.ask("ping", {}, socket=1)
        self.assertIsNone(node.receive(seconds=SILENCE_SECONDS)["datagram"])
        before = self.server.stats()["contacts"]
        query = {"t": "pq", "y": "q", "q": "ping", "a": {"id": MY_ID}}
        node.transmit(endpoint=self.server.endpoint, datagram=bencode(query).hex())
        for _ in range(2):
            heard = bdecode(bytes.fromhex(node.receive()["datagram"]))
            if heard["y"] == b"q":
                answer = bencode({"t": heard["t"], "y": "r", "r": {"id": MY_ID}})
                node.transmit(endpoint=self.server.endpoint, datagram=answer.hex())
        self.eventually(lambda: self.assertEqual(self.server.stats()["contacts"], before + 1))

    def test_noise_is_met_with_silence(self):
        for noise in (b"", b"d", b"de", b"i1e", b"d1:y1:qe", b"d1:t2:pq1:y1:ze", b"\x03" * 60):
            self.sockets[0].transmit(endpoint=self.server.endpoint, datagram=noise.hex())
        answer = self.sockets[0].receive(seconds=SILENCE_SECONDS)
        self.assertIsNone(answer["datagram"])


class HyperdhtProbeTest(Probes):
    """Frames as dht-rpc writes them: the command, its target and value follow the id."""

    kind = "hyperdht"

    PING, FIND_NODE, DOWN_HINT = 0, 2, 3
    IMMUTABLE_PUT, IMMUTABLE_GET = 8, 9
    INTERNAL, TARGET, TOKEN, VALUE = 4, 8, 2, 16

    @staticmethod
    def address(endpoint: str) -> bytes:
        host, _, port = endpoint.partition(":")
        return bytes(map(int, host.split("."))) + int(port).to_bytes(2, "little")

    def ask(self, flags: int, rest: bytes) -> tuple[int, bytes]:
        """The flags of the answer, and what follows the id."""
        to = self.address(self.server.endpoint)
        answer = self.ask_bytes(bytes([3, flags]) + b"\x07\x09" + to + rest)
        head = b"\x07\x09" + self.address(self.sockets[0].endpoint)
        self.assertIsNotNone(answer)
        self.assertEqual((answer[0], answer[2:10]), (0x13, head))
        self.assertEqual(answer[10:42].hex(), self.server.node_id)
        return answer[1], answer[42:]

    def test_a_ping_is_answered_with_the_id_of_the_address(self):
        expected = hashlib.blake2b(self.address(self.server.endpoint), digest_size=32)
        self.assertEqual(self.server.node_id, expected.hexdigest())
        self.assertEqual(self.ask(self.INTERNAL, bytes([self.PING])), (1, b""))

    def test_find_node_returns_addresses(self):
        flags, rest = self.ask(
            self.INTERNAL | self.TARGET, bytes([self.FIND_NODE]) + b"\x11" * 32
        )
        self.assertEqual(flags, 1 | 4)
        self.assertEqual(len(rest), 1 + 6 * rest[0])
        known = {self.address(node.endpoint) for node in self.mine}
        self.assertLessEqual({rest[i : i + 6] for i in range(1, len(rest), 6)}, known)

    def test_an_unknown_command_is_refused_with_one_and_contacts_come_along(self):
        flags, rest = self.ask(self.TARGET, bytes([77]) + b"\x11" * 32)
        self.assertEqual(flags & (4 | 8), 4 | 8)
        self.assertEqual(rest[-1], 1)

    def test_a_bad_token_is_refused_with_two_and_a_fresh_one_that_is_good(self):
        value = b"worth keeping"
        target = hashlib.blake2b(value, digest_size=32).digest()
        put = bytes([self.IMMUTABLE_PUT]) + target + bytes([len(value)]) + value
        with_token = self.TOKEN | self.TARGET | self.VALUE
        flags, rest = self.ask(with_token, b"\x22" * 32 + put)
        self.assertEqual((flags & (2 | 8), rest[-1]), (2 | 8, 2))
        flags, _ = self.ask(with_token, rest[:32] + put)
        self.assertEqual(flags & 8, 0)
        flags, rest = self.ask(self.TARGET, bytes([self.IMMUTABLE_GET]) + target)
        self.assertEqual(flags & 16, 16)
        self.assertTrue(rest.endswith(value))

    def test_noise_is_met_with_silence(self):
        to = self.address(self.server.endpoint)
        for noise in (b"", b"\x03", b"\x04\x04\x01\x00" + to + b"\x00", b"\xff" * 40):
            self.sockets[0].transmit(endpoint=self.server.endpoint, datagram=noise.hex())
        self.assertIsNone(self.sockets[0].receive(seconds=SILENCE_SECONDS)["datagram"])


if __name__ == "__main__":
    main()
