# SPDX-License-Identifier: Apache-2.0
"""Ours and hyperdht. SHADW_DHT_AGENT is the program that hosts ours."""

import hashlib

from cases import InteropTest, fresh_seed, main

TARGET_BYTES = 32


class OursAmongTheirsTest(InteropTest):
    """A network of theirs; ours joined it by one of their nodes."""

    kind = "hyperdht"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.foreign(size=12)
        cls.mine = cls.ours(size=2, bootstrap=(cls.theirs[0].endpoint,))

    def test_ours_learns_their_network_from_one_of_them(self):
        for node in self.mine:
            self.assertGreaterEqual(node.stats()["contacts"], 4)

    def test_each_knows_the_others_by_the_ids_of_their_addresses(self):
        for other in self.theirs:
            self.assertEqual(self.mine[0].ping(endpoint=other.endpoint)["node_id"], other.node_id)
        for node in self.mine:
            answered = self.theirs[3].ping(endpoint=node.endpoint)["node_id"]
            self.assertEqual(answered, node.node_id)

    def test_they_read_what_ours_put(self):
        for value in (b"x", b"\x00\xff" * 100, b"v" * 900):
            put = self.mine[0].put_immutable(value=value.hex())
            expected = hashlib.blake2b(value, digest_size=TARGET_BYTES).hexdigest()
            self.assertEqual(put["target"], expected)
            self.assertGreaterEqual(put["stored"], 4)
            got = self.theirs[5].get_immutable(target=put["target"])
            self.assertEqual(got["value"], value.hex())

    def test_ours_reads_what_they_put(self):
        for value in (b"x", b"\x00\xff" * 100, b"v" * 900):
            put = self.theirs[5].put_immutable(value=value.hex())
            self.assertEqual(self.mine[0].get_immutable(target=put["target"])["value"], value.hex())

    def test_ours_finds_nothing_where_nothing_is(self):
        self.assertIsNone(self.mine[0].get_immutable(target="cd" * TARGET_BYTES)["value"])
        self.assertIsNone(self.mine[0].get_mutable(key="cd" * 32)["value"])
        self.assertEqual(self.mine[0].lookup(target="cd" * TARGET_BYTES)["peers"], [])

    # A sequence number is one byte up to 252, three from there.
    def test_they_read_signed_values_of_ours_and_their_successors(self):
        seed = fresh_seed()
        for seq, text in ((0, b"zero"), (252, b"a byte"), (300, b"three"), (2**33, b"nine")):
            put = self.mine[0].put_mutable(seed=seed, seq=seq, value=text.hex())
            self.assertGreaterEqual(put["stored"], 4)
            got = self.theirs[5].get_mutable(key=put["key"])
            self.assertEqual((got["value"], got["seq"]), (text.hex(), seq))

    def test_ours_reads_signed_values_of_theirs_and_their_successors(self):
        seed = fresh_seed()
        for seq, text in ((0, b"zero"), (252, b"a byte"), (300, b"three"), (2**33, b"nine")):
            put = self.theirs[5].put_mutable(seed=seed, seq=seq, value=text.hex())
            got = self.mine[0].get_mutable(key=put["key"])
            self.assertEqual((got["value"], got["seq"]), (text.hex(), seq))

    def test_values_older_than_asked_for_are_not_returned(self):
        seed = fresh_seed()
        key = self.theirs[5].put_mutable(seed=seed, seq=7, value=b"seven".hex())["key"]
        self.assertEqual(self.mine[0].get_mutable(key=key, seq=7)["value"], b"seven".hex())
        self.assertIsNone(self.mine[0].get_mutable(key=key, seq=8)["value"])

    def test_ours_reports_that_they_refuse_a_lower_and_a_reused_sequence_number(self):
        seed, mine = fresh_seed(), self.mine[0]
        key = mine.put_mutable(seed=seed, seq=5, value=b"five".hex())["key"]
        lower = mine.put_mutable(seed=seed, seq=4, value=b"four".hex())
        self.assertGreaterEqual(lower["refused"].get("17", 0), 4)
        reused = mine.put_mutable(seed=seed, seq=5, value=b"other".hex())
        self.assertGreaterEqual(reused["refused"].get("16", 0), 4)
        same = mine.put_mutable(seed=seed, seq=5, value=b"five".hex())
        self.assertGreaterEqual(same["stored"], 4)
        self.assertEqual(self.theirs[5].get_mutable(key=key)["value"], b"five".hex())

    def test_they_find_a_peer_that_ours_announced_until_it_is_taken_back(self):
        target, seed, relay = "a1" * TARGET_BYTES, fresh_seed(), self.theirs[2].endpoint
        put = self.mine[0].announce(target=target, seed=seed, relays=[relay])
        self.assertGreaterEqual(put["stored"], 4)
        found = self.theirs[5].lookup(target=target)
        self.assertEqual((found["peers"], found["relays"]), ([put["key"]], {put["key"]: [relay]}))
        self.mine[0].unannounce(target=target, seed=seed)
        self.assertEqual(self.theirs[5].lookup(target=target)["peers"], [])

    def test_ours_finds_a_peer_that_they_announced_until_it_is_taken_back(self):
        target, seed, relay = "a2" * TARGET_BYTES, fresh_seed(), self.theirs[2].endpoint
        put = self.theirs[5].announce(target=target, seed=seed, relays=[relay])
        found = self.mine[0].lookup(target=target)
        self.assertEqual((found["peers"], found["relays"]), ([put["key"]], {put["key"]: [relay]}))
        self.theirs[5].unannounce(target=target, seed=seed)
        self.assertEqual(self.mine[0].lookup(target=target)["peers"], [])


class TheirsAmongOursTest(InteropTest):
    """A network of ours; eight of theirs joined it by one of our nodes and store most of
    what they put on ours."""

    kind = "hyperdht"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.ours(size=12)
        cls.theirs = cls.foreign(size=8, bootstrap=(cls.mine[0].endpoint,), subnet=3)

    def test_theirs_learn_our_network_and_become_persistent(self):
        for node in self.theirs:
            self.eventually(lambda: self.assertGreaterEqual(node.stats()["contacts"], 4))
            self.eventually(lambda: self.assertTrue(node.stats()["persistent"]))

    def test_one_of_theirs_reads_what_the_other_put_on_ours(self):
        put = self.theirs[0].put_immutable(value=b"kept by ours".hex())
        self.assertGreaterEqual(put["stored"], 4)
        for reader in (self.theirs[1], self.mine[7]):
            self.assertEqual(
                reader.get_immutable(target=put["target"])["value"], b"kept by ours".hex()
            )

    def test_ours_keep_the_highest_signed_value_of_theirs(self):
        seed = fresh_seed()
        for seq, text in ((1, b"first"), (300, b"second")):
            key = self.theirs[0].put_mutable(seed=seed, seq=seq, value=text.hex())["key"]
            for reader in (self.theirs[1], self.mine[7]):
                got = reader.get_mutable(key=key)
                self.assertEqual((got["value"], got["seq"]), (text.hex(), seq))
        # It takes a refusal for an answer, so only what is read tells.
        self.theirs[0].put_mutable(seed=seed, seq=299, value=b"late".hex())
        self.theirs[0].put_mutable(seed=seed, seq=300, value=b"other".hex())
        got = self.theirs[1].get_mutable(key=key)
        self.assertEqual((got["value"], got["seq"]), (b"second".hex(), 300))

    def test_ours_keep_peers_that_theirs_announce_until_they_take_them_back(self):
        target, seed, relay = "b1" * TARGET_BYTES, fresh_seed(), self.mine[2].endpoint
        put = self.theirs[0].announce(target=target, seed=seed, relays=[relay])
        for reader in (self.mine[7], self.theirs[1]):
            found = reader.lookup(target=target)
            self.assertEqual(found["relays"], {put["key"]: [relay]})
        self.theirs[0].unannounce(target=target, seed=seed)
        for reader in (self.mine[7], self.theirs[1]):
            self.assertEqual(reader.lookup(target=target)["peers"], [])

    def test_theirs_read_what_ours_keep_for_ours(self):
        put = self.mine[3].put_immutable(value=b"ours to ours".hex())
        self.assertEqual(
            self.theirs[1].get_immutable(target=put["target"])["value"], b"ours to ours".hex()
        )


class RelayTest(InteropTest):
    """A network of ours; two applications on hyperdht that can find and reach each other
    through our nodes only."""

    kind = "hyperdht"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.ours(size=10)
        cls.theirs = cls.foreign(
            size=2, bootstrap=(cls.mine[0].endpoint,), subnet=3, start={"client": True}
        )

    def forwarded(self):
        return sum(node.stats()["forwarded"] for node in self.mine)

    def test_two_of_theirs_connect_through_ours(self):
        before = self.forwarded()
        server, client = self.theirs
        key = server.serve(seed=fresh_seed())["key"]
        heard = client.connect(key=key, value=b"through the relay".hex())["value"]
        self.assertEqual(heard, b"through the relay".hex())
        self.assertGreaterEqual(self.forwarded() - before, 2)

    def test_who_asks_for_a_server_that_is_not_there_learns_so(self):
        self.assertIsNone(self.theirs[1].connect(key="1d" * 32, value="00")["value"])


class LossesTest(InteropTest):
    """A network of theirs in which nodes have died, and one of ours that only asks."""

    kind = "hyperdht"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.foreign(size=12)
        cls.mine = cls.ours(size=1, bootstrap=(cls.theirs[0].endpoint,), start={"read_only": True})
        for node in (cls.theirs.pop(), cls.theirs.pop(), cls.theirs.pop()):
            node.stop()

    def test_ours_puts_and_they_read_although_contacts_are_dead(self):
        put = self.mine[0].put_immutable(value=b"despite the dead".hex())
        self.assertGreaterEqual(put["stored"], 4)
        got = self.theirs[5].get_immutable(target=put["target"])
        self.assertEqual(got["value"], b"despite the dead".hex())

    def test_ours_reads_although_contacts_are_dead(self):
        put = self.theirs[5].put_mutable(seed=fresh_seed(), seq=1, value=b"alive".hex())
        self.assertEqual(self.mine[0].get_mutable(key=put["key"])["value"], b"alive".hex())

    def test_a_node_that_only_asks_names_no_id(self):
        self.assertIsNone(self.theirs[3].ping(endpoint=self.mine[0].endpoint)["node_id"])


if __name__ == "__main__":
    main()
