# SPDX-License-Identifier: Apache-2.0
"""Stores that are lost, shards that rot: what is overcome, what is named, what is not."""

import io
import itertools
import pathlib
import random
import tarfile
import unittest

from harness import (
    FAILED,
    HEADER_BYTES,
    STORED_CELL_BYTES,
    TOKEN_HASH_BYTES,
    USAGE,
    AppTest,
    data,
    flip,
    overwrite,
)


def real_data(least_bytes: int) -> bytes:
    """A tar of programs, libraries and headers of this machine."""
    folders = ("/usr/lib/gcc", "/usr/include", "/usr/bin", "/usr/lib")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in itertools.chain.from_iterable(
            sorted(pathlib.Path(folder).rglob("*")) for folder in folders
        ):
            if out.tell() >= least_bytes:
                break
            if path.is_file() and not path.is_symlink():
                tar.add(path)
    return out.getvalue()


class LostStores(AppTest):
    nodes = 14
    code = "10+4"

    def test_any_four_of_14_stores_may_go_and_after_a_repair_any_other_four(self):
        content = real_data(64 << 20)
        self.assertGreaterEqual(len(content), 64 << 20)
        file = self.write("real.tar", content)
        self.succeed("put", *self.owner(), file)
        self.assertTrue(self.verify("real.tar")["whole"])

        self.lose(1, 4, 6, 10)
        self.assertEqual(self.get("real.tar"), content)
        report = self.verify("real.tar", code=FAILED)
        self.assertEqual({f["state"] for f in report["faults"]}, {"missing"})
        self.assertEqual(len(report["faults"]), 4 * report["segments"])
        self.assertEqual(report["shards_whole"], 10 * report["segments"])

        repaired = self.succeed("repair", *self.owner(), "real.tar", "--json").json
        self.assertGreaterEqual(repaired["shards_rebuilt"], 4 * report["segments"])
        self.assertTrue(self.verify("real.tar")["whole"])

        self.lose(0, 2, 3, 13)
        self.assertEqual(self.get("real.tar"), content)
        self.assertEqual(len(self.succeed("list", *self.owner(), "--json").json["objects"]), 1)

    def test_5_of_14_gone_says_how_many_shards_were_found_and_needed(self):
        self.put("n", data(2_000_000))
        self.lose(0, 1, 2, 3)
        self.blobs(100_000)[0].unlink()  # not a fifth store: it might take the fifth head along
        out = self.root / "out"
        result = self.fail_with("get", *self.owner(), "n", "--out", out, "--json")
        self.assertRegex(result.json["error"]["message"], r"\b9 shards\b.*\bneed 10\b")
        self.assertEqual(result.json["error"]["code"], "failed_precondition")
        self.assertFalse(out.exists())
        self.assertEqual(self.verify("n", code=FAILED)["endangered_segments"], [0])
        self.fail_with("repair", *self.owner(), "n")

    def test_all_stores_gone_is_said_clearly(self):
        self.put("n", b"x")
        self.lose(*range(14))
        result = self.fail_with("get", *self.owner(), "n", "--out=-")
        self.assertIn("none of 14 stores", result.err)

    def test_lost_stores_that_come_back_after_a_repair_do_no_harm(self):
        content = data(2_000_000)
        self.put("n", content)
        away = [(s, s.with_name(s.name + "-away")) for s in self.stores[:4]]
        for here, there in away:
            here.rename(there)
        self.succeed("repair", *self.owner(), "n")
        stores = self.stores + [there for _, there in away]
        self.assertEqual(self.get("n", access=self.owner(stores)), content)
        self.succeed("repair", *self.owner(stores), "n")
        self.verify("n", access=self.owner(stores))

    def test_repair_all_brings_back_every_object_and_the_list(self):
        for number in range(3):
            self.put(f"n{number}", data(10_000, number))
        for lost in ((1, 2), (3, 4), (5, 6), (7, 8)):
            self.lose(*lost)
            self.succeed("repair", *self.owner(), "--all")
        for number in range(3):
            self.assertTrue(self.verify(f"n{number}")["whole"])
            self.assertEqual(self.get(f"n{number}"), data(10_000, number))
        self.expect(USAGE, "repair", *self.owner(), "--all", "n1")
        self.expect(USAGE, "repair", *self.owner())

    def test_a_rotation_goes_past_what_is_lost_and_fails(self):
        content = data(500_000)
        self.put("n", content)
        self.lose(5)
        rotated = self.expect(FAILED, "rotate", *self.owner(), "n", "--json").json
        self.assertEqual((rotated["shards_rotated"], rotated["shards_left"]), (13, 1))
        self.assertIn("repair it first", rotated["why_left"])
        self.assertIn("1 shard stayed, the first because: vault: ", rotated["warnings"][1])
        self.assertEqual(self.get("n"), content)
        self.succeed("repair", *self.owner(), "n")
        self.assertEqual(self.succeed("rotate", *self.owner(), "n", "--json").json["shards_left"], 0)

    def test_a_moved_store_is_the_same_node(self):
        content = data(500_000)
        self.put("n", content)
        moved = [s.with_name("moved-" + s.name) for s in self.stores]
        for here, there in zip(self.stores, moved):
            here.rename(there)
        shuffled = moved[7:] + moved[:7]
        self.assertTrue(self.verify("n", access=self.owner(shuffled))["whole"])

    def test_a_store_that_lost_its_node_file_is_left_out(self):
        content = data(500_000)
        self.put("n", content)
        (self.stores[3] / "node").unlink()
        flip(self.stores[5] / "node", 10)
        result = self.succeed("get", *self.owner(), "n", "--out=-")
        self.assertEqual(result.out, content)
        self.assertEqual(result.err.count("is left out"), 2)


class LostCatalogue(AppTest):
    def test_a_put_that_cannot_be_listed_is_stored_and_warns(self):
        self.put("first", b"text")
        heads_alone = HEADER_BYTES + TOKEN_HASH_BYTES
        for blob in self.blobs(heads_alone + 1):
            blob.unlink()
        file = self.write("second", b"content")
        result = self.succeed("put", *self.owner(), f"--code={self.code}", "--json", file)
        self.assertIs(result.json["listed"], False)
        self.assertIn("second is stored and is found by its name", result.json["warnings"][0])
        self.assertEqual(self.get("second"), b"content")
        self.fail_with("list", *self.owner())

        report = self.verify("second", code=FAILED)
        self.assertEqual((report["whole"], report["faults"]), (False, []))
        self.assertIn("vault: ", report["catalogue_fault"])
        told = self.expect(FAILED, "verify", *self.owner(), "second").out.decode()
        self.assertIn("the catalogue on the way to the name: vault: ", told)
        repaired = self.expect(FAILED, "repair", *self.owner(), "second", "--json").json
        self.assertIn("vault: ", repaired["catalogue_fault"])
        self.assertIn("the catalogue is not repaired: vault: ", repaired["warnings"][0])


class EveryPattern(AppTest):
    nodes = 5
    code = "3+2"

    def test_every_choice_of_stores_decides_by_their_number(self):
        content = data(40_000)
        self.put("n", content)
        for count in range(1, self.nodes + 1):
            for stores in itertools.combinations(self.stores, count):
                result = self.shadw("get", *self.owner(stores), "n", "--out=-")
                if count >= 3:
                    self.assertEqual((result.code, result.out), (0, content), stores)
                else:
                    self.assertEqual((result.code, result.out), (FAILED, b""), stores)


class Rot(AppTest):
    nodes = 14
    code = "10+4"

    def test_one_flipped_byte_in_each_of_14_shards_is_overcome_and_named(self):
        content = data(6_000_000)
        self.put("n", content, "--compress=off")
        shards = self.blobs(100_000)
        self.assertEqual(len(shards), 14)
        chance = random.Random(3)
        cells = chance.sample(range(16), 14)
        for shard, cell in zip(shards, cells):
            offset = HEADER_BYTES + cell * STORED_CELL_BYTES + chance.randrange(STORED_CELL_BYTES)
            flip(shard, offset, 1 << chance.randrange(8))
        self.assertEqual(self.get("n"), content)
        report = self.verify("n", code=FAILED)
        named = {(f["store"], f["id"]): (f["state"], f["bad_cells"]) for f in report["faults"]}
        expected = {
            (self.store_of(shard), shard.name): ("damaged", [cell])
            for shard, cell in zip(shards, cells)
        }
        self.assertEqual(named, expected)
        self.succeed("repair", *self.owner(), "n")
        self.assertTrue(self.verify("n")["whole"])
        self.assertEqual(self.get("n"), content)

    def test_overwritten_headers_of_any_four_shards_are_overcome_and_named(self):
        content = data(1_000_000)
        self.put("n", content, "--compress=off")
        shards = self.blobs(40_000)
        self.assertEqual(len(shards), 14)
        chance = random.Random(4)
        for _ in range(8):
            chosen = chance.sample(shards, 4)
            originals = [shard.read_bytes() for shard in chosen]
            for shard in chosen:
                overwrite(shard, 0, chance.randbytes(HEADER_BYTES))
            self.assertEqual(self.get("n"), content)
            report = self.verify("n", code=FAILED)
            self.assertEqual(report["shards_whole"], 10)
            faults = [f for f in report["faults"] if f["state"] == "header damaged"]
            self.assertEqual(
                sorted((f["store"], f["id"]) for f in faults),
                sorted((self.store_of(shard), shard.name) for shard in chosen),
            )
            for shard, original in zip(chosen, originals):
                shard.write_bytes(original)
        self.assertTrue(self.verify("n")["whole"])

    def test_single_flips_anywhere_are_harmless_and_attributed(self):
        content = data(9_000)
        self.put("n", content)
        receipt = self.succeed("info", *self.owner(), "n", "--json").json
        # One stripe of 4 KiB cells: header, cell, token hash.
        size = HEADER_BYTES + receipt["cell_bytes"] + 16 + TOKEN_HASH_BYTES
        shards = self.shards_of("n")
        self.assertEqual({shard.stat().st_size for shard in shards}, {size})
        chance = random.Random(5)
        self.assertEqual(len(shards), 14)
        for _ in range(120):
            shard = chance.choice(shards)
            offset, mask = chance.randrange(size), 1 << chance.randrange(8)
            flip(shard, offset, mask)
            self.assertEqual(self.get("n"), content, (shard, offset))
            report = self.verify("n", code=FAILED)
            self.assertEqual(
                [(f["store"], f["id"]) for f in report["faults"]],
                [(self.store_of(shard), shard.name)],
                (offset, mask),
            )
            flip(shard, offset, mask)
        self.assertTrue(self.verify("n")["whole"])

    def shards_of(self, name):
        """An object's shards, told from heads and pages: what a rotation makes anew."""
        before = set(self.blobs())
        self.succeed("rotate", *self.owner(), name)
        return [blob for blob in self.blobs() if blob not in before]

    def test_damage_beyond_repair_is_never_a_wrong_byte(self):
        content = data(3_000_000)
        self.put("n", content, "--compress=off")
        shards = self.blobs(100_000)
        for shard in shards[:5]:
            flip(shard, HEADER_BYTES + 3 * STORED_CELL_BYTES + 7)
        out = self.root / "out"
        result = self.fail_with("get", *self.owner(), "n", "--out", out)
        self.assertFalse(out.exists())
        self.assertRegex(result.err, r"\b9\b.*\b10\b")
        piped = self.shadw("get", *self.owner(), "n", "--out=-")
        self.assertEqual(piped.code, FAILED)
        self.assertTrue(content.startswith(piped.out))

    def test_truncated_and_grown_shards_are_named(self):
        content = data(1_000_000)
        self.put("n", content, "--compress=off")
        shards = self.blobs(40_000)
        bodies = [shard.read_bytes() for shard in shards[:4]]
        shards[0].write_bytes(bodies[0][:-100])
        shards[1].write_bytes(bodies[1][:HEADER_BYTES])
        shards[2].write_bytes(b"")
        shards[3].write_bytes(bodies[3] + b"x" * 5000)
        self.assertEqual(self.get("n"), content)
        report = self.verify("n", code=FAILED)
        self.assertEqual(report["shards_whole"], 10)
        self.assertEqual(len(report["faults"]), 4)

    def test_shards_swapped_between_places_are_named(self):
        content = data(1_000_000)
        self.put("n", content, "--compress=off")
        first, second = self.blobs(40_000)[:2]
        a, b = first.read_bytes(), second.read_bytes()
        first.write_bytes(b)
        second.write_bytes(a)
        self.assertEqual(self.get("n"), content)
        report = self.verify("n", code=FAILED)
        named = {(f["store"], f["id"]) for f in report["faults"] if "id" in f}
        self.assertEqual(named, {(self.store_of(s), s.name) for s in (first, second)})


if __name__ == "__main__":
    unittest.main()
