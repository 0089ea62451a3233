# SPDX-License-Identifier: Apache-2.0
"""The foreign nodes among themselves: what the other tests take for granted."""

from cases import SALT, InteropTest, fresh_seed, main
from foreign_network import AgentError


class ForeignCases:
    target_bytes = 20

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nodes = cls.foreign()

    def test_values_put_on_one_node_are_read_on_another(self):
        put = self.nodes[1].put_immutable(value=b"written once".hex())
        self.assertGreaterEqual(put["stored"], 4)
        got = self.nodes[6].get_immutable(target=put["target"])
        self.assertEqual(got["value"], b"written once".hex())
        nothing = self.nodes[6].get_immutable(target="ab" * self.target_bytes)
        self.assertIsNone(nothing["value"])

    def test_signed_values_are_replaced_by_later_ones(self):
        seed = fresh_seed()
        for number, text in enumerate((b"first", b"second"), start=1):
            put = self.nodes[1].put_mutable(seed=seed, value=text.hex(), **self.seq(number))
            self.assertGreaterEqual(put["stored"], 4)
            got = self.nodes[6].get_mutable(key=put["key"])
            self.assertEqual((got["value"], got["seq"]), (text.hex(), put["seq"]))

    def test_announced_peers_are_found(self):
        target = "5a" * self.target_bytes
        seed = fresh_seed()
        announced = self.nodes[1].announce(target=target, port=4567, seed=seed)
        host = self.nodes[1].endpoint.split(":")[0]
        expected = announced.get("key") or f"{host}:{announced.get('port', 4567)}"
        self.eventually(lambda: self.assertIn(expected, self.nodes[6].lookup(target=target)["peers"]))

    def test_what_an_agent_cannot_do_is_said(self):
        with self.assertRaisesRegex(AgentError, "unsupported"):
            self.nodes[0].no_such_command()


class MainlineCases(ForeignCases):
    def test_salts_keep_values_of_one_key_apart(self):
        seed = fresh_seed()
        self.nodes[1].put_mutable(seed=seed, value=b"bare".hex(), **self.seq(1))
        put = self.nodes[1].put_mutable(seed=seed, salt=SALT, value=b"salted".hex(), **self.seq(1))
        bare = self.nodes[6].get_mutable(key=put["key"])["value"]
        salted = self.nodes[6].get_mutable(key=put["key"], salt=SALT)["value"]
        self.assertEqual((bare, salted), (b"bare".hex(), b"salted".hex()))


class LibtorrentTest(MainlineCases, InteropTest):
    kind = "libtorrent"


class BittorrentDhtTest(MainlineCases, InteropTest):
    kind = "bittorrent-dht"

    def test_conflicts_are_told_by_their_codes(self):
        seed, node = fresh_seed(), self.nodes[1]
        node.put_mutable(seed=seed, seq=5, value=b"five".hex())
        lower = node.put_mutable(seed=seed, seq=4, value=b"four".hex())
        self.assertEqual((lower["stored"], "302" in lower["refusal"]), (0, True))
        other = node.put_mutable(seed=seed, seq=6, cas=3, value=b"six".hex())
        self.assertEqual((other["stored"], "301" in other["refusal"]), (0, True))
        self.assertGreater(node.put_mutable(seed=seed, seq=6, cas=5, value=b"six".hex())["stored"], 0)


class HyperdhtTest(ForeignCases, InteropTest):
    kind = "hyperdht"
    target_bytes = 32

    def test_peers_that_take_back_their_announcement_are_gone(self):
        seed, target = fresh_seed(), "5b" * 32
        self.nodes[1].announce(target=target, seed=seed)
        self.assertEqual(len(self.nodes[6].lookup(target=target)["peers"]), 1)
        self.nodes[1].unannounce(target=target, seed=seed)
        self.assertEqual(self.nodes[6].lookup(target=target)["peers"], [])

    def test_nodes_are_persistent_and_named_after_their_addresses(self):
        for node in self.nodes:
            self.assertTrue(node.stats()["persistent"])
            pinged = self.nodes[1 if node is self.nodes[0] else 0].ping(endpoint=node.endpoint)
            self.assertEqual(pinged["node_id"], node.node_id)


if __name__ == "__main__":
    main()
