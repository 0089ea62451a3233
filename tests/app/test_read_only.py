# SPDX-License-Identifier: Apache-2.0
"""Stores that can be read and not written: a backup disk, somebody else's snapshot."""

import os
import subprocess
import time
import unittest

from harness import BINARY, FAILED, HEADER_BYTES, TIMEOUT_S, AppTest, Result, data, flip

# In a mount namespace of its own, so that permissions bind the superuser too.
MOUNT = 'while [ "$1" != -- ]; do mount --bind -o ro "$1" "$1" || exit 77; shift; done; shift; '
LEASE_S = 2


class ReadOnly(AppTest):
    def read_only(self, stores, *arguments) -> Result:
        command = ["unshare", "--mount", "sh", "-c", MOUNT + 'exec "$@"', "sh", *stores, "--"]
        ran = subprocess.run(
            [*command, BINARY, *map(os.fspath, arguments)], capture_output=True, timeout=TIMEOUT_S
        )
        errors = ran.stderr.decode()
        if ran.returncode == 77 or "unshare: " in errors:
            self.skipTest(f"no file system can be mounted read-only: {errors.strip()}")
        return Result(ran.returncode, ran.stdout, errors)

    def reads(self, *arguments) -> Result:
        """From stores that are all read-only."""
        result = self.read_only(self.stores, *arguments)
        self.assertEqual((result.code, result.err), (0, ""), arguments[0])
        return result

    def leave_a_dead_put(self) -> None:
        """Of 4+2 shards: whole segments are stored, and an intent; the head is not."""
        before = len(self.blobs(1_000_000))
        put = [BINARY, "put", *self.owner(), f"--code={self.code}", f"--lease={LEASE_S}"]
        with subprocess.Popen([*put, "--name=dead", "-"], stdin=subprocess.PIPE) as process:
            chunk = data(1 << 20)
            while len(self.blobs(1_000_000)) < before + self.nodes:
                process.stdin.write(chunk)
            process.kill()

    def test_everything_can_be_read_from_read_only_stores(self):
        content = data(300_000)
        self.put("n", content)
        self.assertEqual(self.reads("get", *self.owner(), "n", "--out=-").out, content)
        self.assertIn(b" n\n", self.reads("list", *self.owner()).out)
        self.reads("info", *self.owner(), "n")
        self.reads("verify", *self.owner(), "n")
        self.reads("share", *self.owner(), "n", "--right=verify")
        capability = self.share("n", "verify")
        self.reads("verify", *self.holder(capability))
        self.reads("recover", *self.owner(), "--out", self.root / "recovered")
        self.assertEqual((self.root / "recovered" / "n").read_bytes(), content)

    def test_what_a_dead_put_left_waits_until_the_stores_can_be_written(self):
        self.put("n", b"content")
        before = self.snapshot()
        self.leave_a_dead_put()
        left = self.snapshot()
        self.assertLess(len(before), len(left))
        time.sleep(LEASE_S + 0.1)
        self.assertEqual(self.reads("get", *self.owner(), "n", "--out=-").out, b"content")
        self.assertEqual(self.snapshot(), left)
        self.succeed("list", *self.owner())
        self.assertEqual(self.snapshot(), before)

    def test_a_write_says_which_store_is_read_only(self):
        self.put("n", b"content")
        file = self.write("file", b"other")
        before = self.snapshot()
        for arguments in (
            ["put", *self.owner(), f"--code={self.code}", "--name=n", file],
            ["rotate", *self.owner(), "n"],
            ["remove", *self.owner(), "n"],
        ):
            result = self.read_only(self.stores, *arguments)
            self.assertEqual(result.code, FAILED, result.err)
            self.assertRegex(result.err, r"got a read-only directory \S*node\d\d, need write access")
        self.assertEqual(self.snapshot(), before)

    def test_a_put_goes_around_a_read_only_store(self):
        spare = self.root / "spare"
        self.put("n", b"old")
        self.succeed("put", *self.owner([*self.stores, spare]), f"--code={self.code}", self.key)
        stores = [*self.stores, spare]
        file = self.write("n", data(100_000))
        put = ["put", *self.owner(stores), f"--code={self.code}", file]
        result = self.read_only(self.stores[:1], *put)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(self.get("n", access=self.owner(stores)), data(100_000))
        self.assertTrue(self.verify("n", access=self.owner(stores))["whole"])

    def test_a_repair_that_cannot_remove_a_damaged_shard_says_so_and_fails(self):
        content = data(300_000)
        self.put("n", content, "--compress=off")
        shard = self.blobs(70_000)[0]
        flip(shard, HEADER_BYTES)
        stores = [*self.stores, self.root / "spare"]
        arguments = ["repair", *self.owner(stores), "n"]
        result = self.read_only([self.store_of(shard)], *arguments, "--json")
        self.assertEqual(result.code, FAILED, result.err)
        self.assertEqual((result.json["shards_rebuilt"], result.json["shards_stuck"]), (1, 1))
        self.assertIn("1 damaged or surplus shard stayed", result.json["warnings"][0])
        self.assertEqual(self.succeed(*arguments, "--json").json["shards_stuck"], 0)
        self.assertTrue(self.verify("n", access=self.owner(stores))["whole"])


if __name__ == "__main__":
    unittest.main()
