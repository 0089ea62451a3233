# SPDX-License-Identifier: Apache-2.0
"""Capabilities: what each right can do through the program, and what it cannot; what
rotation changes; what anyone can audit."""

import hashlib
import pathlib
import struct
import unittest

from harness import HEADER_BYTES, TOKEN_HASH_BYTES, AppTest, data, flip


class Rights(AppTest):
    def setUp(self):
        super().setUp()
        self.content = data(700_000)
        self.put("n", self.content)
        self.put("other", b"of the same vault")
        self.reader, self.agent, self.auditor = (
            self.holder(self.share("n", right)) for right in ("read", "verify", "audit")
        )

    def denied(self, *arguments):
        result = self.fail_with(*arguments, "--json")
        self.assertEqual(result.json["error"]["code"], "permission_denied", arguments[0])

    def test_a_reader_reads_and_checks(self):
        self.assertEqual(self.succeed("get", *self.reader, "--out=-").out, self.content)
        ranged = self.succeed("get", *self.reader, "--range=10-19", "--out=-")
        self.assertEqual(ranged.out, self.content[10:20])
        self.assertEqual(self.succeed("info", *self.reader, "--json").json["name"], "n")
        self.assertTrue(self.verify("n", access=self.reader)["whole"])

    def test_a_reader_can_neither_repair_nor_rotate(self):
        before = self.snapshot()
        self.denied("rotate", *self.reader)
        self.lose(0)
        self.denied("repair", *self.reader)
        remaining = {k: v for k, v in before.items() if str(self.stores[0]) not in k}
        self.assertEqual(self.snapshot(), remaining)

    def test_a_repair_agent_repairs_and_rotates(self):
        self.lose(0, 5)
        report = self.verify("n", code=1, access=self.agent)
        self.assertEqual(len(report["faults"]), 2)
        self.succeed("repair", *self.agent)
        self.assertTrue(self.verify("n", access=self.agent)["whole"])
        rotated = self.succeed("rotate", *self.agent, "--json").json
        self.assertEqual(rotated["shards_rotated"], 6)
        self.assertEqual(self.get("n"), self.content)

    def test_a_repair_agent_reads_nothing(self):
        out = self.root / "out"
        self.denied("get", *self.agent, "--out", out)
        self.assertFalse(out.exists())
        info = self.shadw("info", *self.agent, "--json")
        for secret in ("name", "mtime_ns", "mode", "object_bytes"):
            self.assertNotIn(secret, info.json)

    def test_an_auditor_only_audits(self):
        self.assertTrue(self.verify("n", access=self.auditor)["whole"])
        out = self.root / "out"
        self.denied("get", *self.auditor, "--out", out)
        self.denied("info", *self.auditor)
        self.denied("repair", *self.auditor)
        self.denied("rotate", *self.auditor)
        self.assertFalse(out.exists())

    def test_an_auditor_names_a_corrupt_cell(self):
        shard = self.blobs(100_000)[2]
        flip(shard, HEADER_BYTES + 5)
        report = self.verify("n", code=1, access=self.auditor)
        self.assertEqual(
            [(f["store"], f["id"], f["bad_cells"]) for f in report["faults"]],
            [(self.store_of(shard), shard.name, [0])],
        )

    def test_a_capability_opens_its_own_object_only(self):
        wrong = self.fail_with("get", *self.reader, "other", "--out=-")
        self.assertEqual(wrong.out, b"")
        self.assertIn("'n'", wrong.err)
        right = self.succeed("get", *self.reader, "n", "--out=-")
        self.assertEqual(right.out, self.content)

    def test_rights_are_passed_on_downwards_only(self):
        def pass_on(access, right, code):
            capability = access[0].removeprefix("--cap=")
            return self.expect(code, "share", f"--cap={capability}", "--right", right)

        audit = pass_on(self.reader, "audit", 0).out.decode().strip()
        self.assertTrue(self.verify("n", access=self.holder(audit))["whole"])
        pass_on(self.agent, "audit", 0)
        pass_on(self.auditor, "audit", 0)
        pass_on(self.agent, "read", 1)
        pass_on(self.auditor, "read", 1)
        pass_on(self.auditor, "verify", 1)
        pass_on(self.reader, "verify", 1)

    def test_sharing_without_stores_gives_the_same_capability(self):
        for right, access in (("read", self.reader), ("verify", self.agent)):
            alone = self.succeed("share", f"--key={self.key}", "n", "--right", right)
            self.assertEqual(f"--cap={alone.out.decode().strip()}", access[0])
            self.assertIn("warning", alone.err)

    def test_sharing_warns_where_readers_could_forge(self):
        loose = self.succeed("share", *self.owner(), "n", "--right=read")
        self.assertIn("forge", loose.err)
        self.put("bound", b"x", "--bound")
        bound = self.succeed("share", *self.owner(), "bound", "--right=read")
        self.assertEqual(bound.err, "")

    def test_what_is_not_there_cannot_be_shared(self):
        self.fail_with("share", *self.owner(), "no such", "--right=read")

    def test_capabilities_keep_working_after_later_puts(self):
        self.put("n", b"second")
        self.assertEqual(self.succeed("get", *self.reader, "--out=-").out, b"second")

    def test_a_capability_of_a_removed_object_finds_nothing(self):
        self.succeed("remove", *self.owner(), "n")
        self.fail_with("get", *self.reader, "--out=-")


class Rotation(AppTest):
    def test_rotating_one_shard_replaces_one_file_and_touches_no_other(self):
        content = data(700_000)
        self.put("n", content)
        for access in (self.owner(), self.holder(self.share("n", "verify"))):
            before = self.snapshot()
            rotated = self.succeed("rotate", *access, "n", "--shard=3", "--json").json
            after = self.snapshot()
            self.assertEqual(rotated["shards_rotated"], 1)
            gone, new = before.keys() - after.keys(), after.keys() - before.keys()
            self.assertEqual((len(gone), len(new)), (1, 1))
            self.assertTrue(all(before[k] == after[k] for k in before.keys() & after.keys()))
            self.assertEqual(self.get("n"), content)

    def test_a_rotated_shard_shares_no_16_bytes_with_its_old_self(self):
        self.put("n", data(700_000))
        old = {path: path.read_bytes() for path in self.blobs()}
        self.succeed("rotate", *self.owner(), "n")
        new = [path.read_bytes() for path in self.blobs() if path not in old]
        self.assertEqual(len(new), 6)
        windows = set()
        for content in old.values():
            windows.update(content[i : i + 16] for i in range(0, len(content) - 15, 16))
        for content in new:
            found = windows & {content[i : i + 16] for i in range(len(content) - 15)}
            self.assertEqual(found, set())

    def test_a_shard_that_does_not_exist_cannot_be_rotated(self):
        self.put("n", data(10_000))
        self.fail_with("rotate", *self.owner(), "n", "--shard=6")


def public_root(blob: bytes) -> str:
    """What FORMAT.md says of a stored shard, with nothing but SHA-256: no key is needed."""
    stored = blob[:-TOKEN_HASH_BYTES]
    header, body = stored[:HEADER_BYTES], stored[HEADER_BYTES:]
    leaf_bytes = 4098
    assert len(body) % leaf_bytes == 0
    level = [
        hashlib.sha256(body[i : i + leaf_bytes]).digest()
        for i in range(0, len(body), leaf_bytes)
    ]
    count = len(level)
    assert count & (count - 1) == 0  # body sizes are powers of two
    while len(level) > 1:
        level = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2])]
    prefix = b"\2" + hashlib.sha256(header).digest() + struct.pack("<I", count)
    return hashlib.sha256(prefix + level[0]).hexdigest()


class PublicAudit(AppTest):
    def test_roots_that_put_prints_verify_every_node_without_a_key(self):
        receipt = self.put("n", data(700_000), "--audit=public", "--compress=off")
        self.assertEqual(len(receipt["shards"]), 6)
        for shard in receipt["shards"]:
            identifier = shard["id"]
            blob = pathlib.Path(shard["store"], "blobs", identifier[:2], identifier[2:4], identifier)
            content = blob.read_bytes()
            self.assertEqual(public_root(content), shard["public_root"])
            changed = content[:-5000] + bytes([content[-5000] ^ 1]) + content[-4999:]
            self.assertNotEqual(public_root(changed), shard["public_root"])

    def test_private_is_the_default_and_prints_no_roots(self):
        self.assertNotIn("shards", self.put("n", b"x"))
        self.assertEqual(
            self.succeed("info", *self.owner(), "n", "--json").json["audit"], "private"
        )


if __name__ == "__main__":
    unittest.main()
