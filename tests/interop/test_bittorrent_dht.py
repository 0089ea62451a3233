# SPDX-License-Identifier: Apache-2.0
"""Ours and bittorrent-dht. SHADW_DHT_AGENT is the program that hosts ours."""

from cases import InteropTest, fresh_seed, main
from mainline_cases import LossesCases, OursAmongTheirsCases, TheirsAmongOursCases


class OursAmongTheirsTest(OursAmongTheirsCases, InteropTest):
    kind = "bittorrent-dht"

    # Each of its replies holds its whole table: more than one message of ours would.
    def test_ours_reads_replies_that_list_a_whole_table(self):
        self.eventually(lambda: self.assertGreaterEqual(self.theirs[0].stats()["contacts"], 11))
        self.mine[0].lookup(target="d1" * 20)
        self.eventually(lambda: self.assertGreaterEqual(self.mine[0].stats()["contacts"], 8))


class TheirsAmongOursTest(TheirsAmongOursCases, InteropTest):
    kind = "bittorrent-dht"

    def test_ours_refuse_their_conflicts_by_code(self):
        seed, node = fresh_seed(), self.theirs[0]
        node.put_mutable(seed=seed, seq=5, value=b"five".hex())
        lower = node.put_mutable(seed=seed, seq=4, value=b"four".hex())
        self.assertIn("302", lower["refusal"])
        wrong = node.put_mutable(seed=seed, seq=6, cas=3, value=b"six".hex())
        self.assertIn("301", wrong["refusal"])
        right = node.put_mutable(seed=seed, seq=6, cas=5, value=b"six".hex())
        self.assertGreaterEqual(right["stored"], 4)
        self.assertEqual(self.mine[7].get_mutable(key=right["key"])["value"], b"six".hex())


class LossesTest(LossesCases, InteropTest):
    kind = "bittorrent-dht"


if __name__ == "__main__":
    main()
