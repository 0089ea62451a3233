# SPDX-License-Identifier: Apache-2.0
"""Ours and the nodes of one mainline implementation, as test cases for both of them."""

import hashlib

from cases import SALT, InteropTest, fresh_seed

LONGEST_VALUE = 994  # bytes; bencoded it has 998, and bittorrent-dht refuses 1000 itself


class OursAmongTheirsCases:
    """A network of theirs; ours joined it by one of their nodes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.foreign(size=12)
        cls.mine = cls.ours(size=2, bootstrap=(cls.theirs[0].endpoint,))

    def test_ours_learns_their_network_from_one_of_them(self):
        for node in self.mine:
            self.assertGreaterEqual(node.stats()["contacts"], 4)

    def test_ours_hears_a_ping_of_each_of_them(self):
        for other in self.theirs:
            answered = self.mine[0].ping(endpoint=other.endpoint)["node_id"]
            self.assertEqual(answered, other.node_id)

    def test_they_read_what_ours_put(self):
        for value in (b"", b"x", b"\x00\xff" * 100, b"v" * LONGEST_VALUE):
            put = self.mine[0].put_immutable(value=value.hex())
            encoded = b"%d:%s" % (len(value), value)
            self.assertEqual(put["target"], hashlib.sha1(encoded).hexdigest())
            self.assertGreaterEqual(put["stored"], 4)
            got = self.theirs[5].get_immutable(target=put["target"])
            self.assertEqual(got["value"], value.hex())

    def test_ours_reads_what_they_put(self):
        for value in (b"x", b"\x00\xff" * 100, b"v" * LONGEST_VALUE):
            put = self.theirs[5].put_immutable(value=value.hex())
            self.assertEqual(self.mine[0].get_immutable(target=put["target"])["value"], value.hex())

    def test_ours_finds_nothing_where_nothing_is(self):
        self.assertIsNone(self.mine[0].get_immutable(target="cd" * 20)["value"])
        self.assertIsNone(self.mine[0].get_mutable(key="cd" * 32)["value"])
        self.assertEqual(self.mine[0].lookup(target="cd" * 20)["peers"], [])

    def test_they_read_signed_values_of_ours_and_their_successors(self):
        for salt in ("", SALT):
            seed = fresh_seed()
            for seq, text in ((1, b"first"), (2, b"second"), (2**40, b"far on")):
                put = self.mine[0].put_mutable(seed=seed, salt=salt, seq=seq, value=text.hex())
                self.assertGreaterEqual(put["stored"], 4)
                got = self.theirs[5].get_mutable(key=put["key"], salt=salt)
                self.assertEqual((got["value"], got["seq"]), (text.hex(), seq))

    def test_ours_reads_signed_values_of_theirs_and_their_successors(self):
        for salt in ("", SALT):
            seed = fresh_seed()
            for number, text in enumerate((b"first", b"second"), start=1):
                put = self.theirs[5].put_mutable(
                    seed=seed, salt=salt, value=text.hex(), **self.seq(number)
                )
                got = self.mine[0].get_mutable(key=put["key"], salt=salt)
                self.assertEqual((got["value"], got["seq"]), (text.hex(), put["seq"]))

    def test_salts_keep_values_of_one_key_apart(self):
        seed, mine = fresh_seed(), self.mine[0]
        mine.put_mutable(seed=seed, seq=1, value=b"bare".hex())
        key = mine.put_mutable(seed=seed, salt=SALT, seq=1, value=b"salted".hex())["key"]
        for reader in (self.mine[1], self.theirs[5]):
            self.assertEqual(reader.get_mutable(key=key)["value"], b"bare".hex())
            self.assertEqual(reader.get_mutable(key=key, salt=SALT)["value"], b"salted".hex())

    def test_ours_reports_that_they_refuse_a_lower_sequence_number(self):
        seed, mine = fresh_seed(), self.mine[0]
        stored = mine.put_mutable(seed=seed, seq=5, value=b"five".hex())["stored"]
        lower = mine.put_mutable(seed=seed, seq=4, value=b"four".hex())
        self.assertLess(lower["stored"], stored)
        self.assertGreaterEqual(lower["refused"].get("302", 0), 4)
        got = self.mine[1].get_mutable(key=lower["key"])
        self.assertEqual((got["value"], got["seq"]), (b"five".hex(), 5))

    def test_ours_reports_that_they_refuse_a_wrong_cas_and_take_a_right_one(self):
        seed, mine = fresh_seed(), self.mine[0]
        mine.put_mutable(seed=seed, seq=5, value=b"five".hex())
        wrong = mine.put_mutable(seed=seed, seq=6, cas=3, value=b"wrong".hex())
        self.assertGreaterEqual(wrong["refused"].get("301", 0), 4)
        right = mine.put_mutable(seed=seed, seq=7, cas=5, value=b"right".hex())
        self.assertGreaterEqual(right["stored"], 4)
        got = self.theirs[5].get_mutable(key=right["key"])
        self.assertEqual((got["value"], got["seq"]), (b"right".hex(), 7))

    # libtorrent refreshes it; bittorrent-dht refuses with 302.
    def test_ours_lives_with_either_answer_to_a_value_put_again(self):
        seed = fresh_seed()
        put = self.mine[0].put_mutable(seed=seed, seq=3, value=b"same".hex())
        again = self.mine[1].put_mutable(seed=seed, seq=3, value=b"same".hex())
        answered = again["stored"] + again["refused"].get("302", 0)
        self.assertGreaterEqual(answered, 4)
        self.assertEqual(self.theirs[5].get_mutable(key=put["key"])["value"], b"same".hex())

    # libtorrent says that it stored, and does not; bittorrent-dht refuses with 302. One node
    # puts both, so that both go to the same nodes: one that has neither may keep either.
    def test_another_value_of_the_same_sequence_number_replaces_nothing(self):
        seed = fresh_seed()
        put = self.mine[0].put_mutable(seed=seed, seq=3, value=b"first".hex())
        self.mine[0].put_mutable(seed=seed, seq=3, value=b"other".hex())
        self.assertEqual(self.theirs[5].get_mutable(key=put["key"])["value"], b"first".hex())

    def test_they_find_a_peer_that_ours_announced(self):
        target = "a1" * 20
        self.assertGreaterEqual(self.mine[0].announce(target=target, port=7001)["stored"], 4)
        host = self.mine[0].endpoint.split(":")[0]
        self.assertIn(f"{host}:7001", self.theirs[5].lookup(target=target)["peers"])

    def test_ours_finds_a_peer_that_they_announced(self):
        target = "a2" * 20
        announced = self.theirs[5].announce(target=target, port=7002)
        host = self.theirs[5].endpoint.split(":")[0]
        expected = f"{host}:{announced.get('port', 7002)}"
        self.eventually(
            lambda: self.assertIn(expected, self.mine[0].lookup(target=target)["peers"])
        )


class TheirsAmongOursCases:
    """A network of ours; eight of theirs joined it by one of our nodes and store most of
    what they put on ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.ours(size=12)
        cls.theirs = cls.foreign(size=8, bootstrap=(cls.mine[0].endpoint,), subnet=3)

    def test_theirs_learn_our_network_from_one_of_ours(self):
        for node in self.theirs:
            self.eventually(lambda: self.assertGreaterEqual(node.stats()["contacts"], 4))

    def test_one_of_theirs_reads_what_the_other_put_on_ours(self):
        put = self.theirs[0].put_immutable(value=b"kept by ours".hex())
        self.assertGreaterEqual(put["stored"], 4)
        for reader in (self.theirs[1], self.mine[7]):
            self.assertEqual(
                reader.get_immutable(target=put["target"])["value"], b"kept by ours".hex()
            )

    def test_ours_keep_signed_values_of_theirs_with_and_without_salt(self):
        for salt in ("", SALT):
            seed = fresh_seed()
            for number, text in enumerate((b"first", b"second"), start=1):
                put = self.theirs[0].put_mutable(
                    seed=seed, salt=salt, value=text.hex(), **self.seq(number)
                )
                self.assertGreaterEqual(put["stored"], 4)
                for reader in (self.theirs[1], self.mine[7]):
                    got = reader.get_mutable(key=put["key"], salt=salt)
                    self.assertEqual((got["value"], got["seq"]), (text.hex(), put["seq"]))

    def test_ours_keep_peers_that_theirs_announce(self):
        target = "b1" * 20
        announced = self.theirs[0].announce(target=target, port=7003)
        host = self.theirs[0].endpoint.split(":")[0]
        expected = f"{host}:{announced.get('port', 7003)}"
        for reader in (self.mine[7], self.theirs[1]):
            self.eventually(
                lambda node=reader: self.assertIn(expected, node.lookup(target=target)["peers"])
            )

    def test_theirs_read_what_ours_keep_for_ours(self):
        put = self.mine[3].put_immutable(value=b"ours to ours".hex())
        self.assertEqual(
            self.theirs[1].get_immutable(target=put["target"])["value"], b"ours to ours".hex()
        )
        signed = self.mine[3].put_mutable(seed=fresh_seed(), seq=9, value=b"signed".hex())
        got = self.theirs[1].get_mutable(key=signed["key"])
        self.assertEqual((got["value"], got["seq"]), (b"signed".hex(), 9))


class LossesCases:
    """A network of theirs in which nodes have died, and one of ours that only asks."""

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
        put = self.theirs[5].put_mutable(seed=fresh_seed(), value=b"alive".hex(), **self.seq(1))
        self.assertEqual(self.mine[0].get_mutable(key=put["key"])["value"], b"alive".hex())

    # bittorrent-dht keeps whoever spoke to it and asks a read-only node all the same.
    def test_they_go_on_working_with_a_read_only_node_about(self):
        self.mine[0].lookup(target="c1" * 20)
        put = self.theirs[2].put_immutable(value=b"among theirs".hex())
        self.assertGreaterEqual(put["stored"], 4)
        got = self.theirs[6].get_immutable(target=put["target"])
        self.assertEqual(got["value"], b"among theirs".hex())
