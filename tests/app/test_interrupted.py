# SPDX-License-Identifier: Apache-2.0
"""Puts and gets that are killed, disks that are full."""

import os
import pathlib
import random
import signal
import subprocess
import tempfile
import time
import unittest

from harness import BINARY, AppTest, data


class Killed(AppTest):
    # On a disk, where a put has many moments in which it can be killed.
    in_memory = False
    kills = 100

    def kill_after(self, arguments, seconds: float) -> bool:
        """True where the program was still running."""
        process = subprocess.Popen(
            [BINARY, *map(os.fspath, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        return process.wait() == -signal.SIGKILL

    def duration_s(self, arguments) -> float:
        start = time.monotonic()
        self.succeed(*arguments)
        return time.monotonic() - start

    def test_killed_puts_leave_the_previous_version_and_a_rerun_completes(self):
        old, new = data(500_000, 1), data(5_000_000, 2)
        self.put("n", old)
        file = self.write("new", new)
        put = ["put", *self.owner(), f"--code={self.code}", "--compress=off", "--name=n", file]
        takes_s = self.duration_s(["put", *self.owner(), f"--code={self.code}", "--name=m", file])
        chance = random.Random(7)
        killed = 0
        for _ in range(self.kills):
            # Short leases: a vault keeps at most 64 unfinished puts apart.
            killed += self.kill_after([*put, "--lease=5"], chance.uniform(0, takes_s))
            self.assertIn(self.get("n"), (old, new))
        self.assertGreater(killed, 0)
        self.succeed(*put)
        self.assertEqual(self.get("n"), new)
        self.assertTrue(self.verify("n")["whole"])

    def test_what_killed_puts_left_is_gone_once_their_leases_ended(self):
        lease_s = 1
        content = data(2_000_000, 1)
        self.put("n", content, "--compress=off")
        file = self.write("new", data(5_000_000, 2))
        put = ["put", *self.owner(), f"--code={self.code}", "--compress=off", "--name=n"]
        put.append(file)
        takes_s = self.duration_s(["put", *self.owner(), f"--code={self.code}", "--name=m", file])
        self.succeed("remove", *self.owner(), "m")
        shards = self.blobs(100_000)
        self.assertEqual(len(shards), self.nodes)
        for part in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
            self.kill_after([*put, f"--lease={lease_s}"], part * takes_s)
        time.sleep(lease_s + 0.1)
        self.succeed("list", *self.owner())  # any command of the owner clears
        self.assertEqual(len(self.blobs(100_000)), self.nodes)
        self.assertIn(self.get("n"), (content, file.read_bytes()))
        self.assertTrue(self.verify("n")["whole"])

    def test_killed_puts_can_be_resumed(self):
        old, new = data(500_000, 1), data(12_000_000, 2)
        self.put("n", old)
        file = self.write("new", new)
        put = ["put", *self.owner(), f"--code={self.code}", "--compress=off", "--name=n", file]
        takes_s = self.duration_s(["put", *self.owner(), f"--code={self.code}", "--name=m", file])
        chance = random.Random(8)
        for round_number in range(6):
            self.kill_after(put, chance.uniform(0.1, 0.9) * takes_s)
            self.kill_after([*put, "--resume"], chance.uniform(0.1, 0.9) * takes_s)
            receipt = self.succeed(*put, "--resume", "--json").json
            self.assertEqual(receipt["object_bytes"], len(new), round_number)
            self.assertEqual(self.get("n"), new)
            self.assertTrue(self.verify("n")["whole"])

    def test_resuming_with_other_input_never_mixes_the_two(self):
        first, second = data(12_000_000, 1), data(12_000_000, 2)
        files = [self.write("first", first), self.write("second", second)]
        owner = [*self.owner(), f"--code={self.code}", "--compress=off", "--name=n"]
        takes_s = self.duration_s(
            ["put", *self.owner(), f"--code={self.code}", "--name=m", files[0]]
        )
        for part in (0.3, 0.6, 0.9):
            self.kill_after(["put", *owner, files[0]], part * takes_s)
            result = self.shadw("put", *owner, "--resume", files[1])
            if result.code == 0:
                self.assertEqual(self.get("n"), second)
            else:
                self.assertEqual(result.code, 1, result.err)
                self.succeed("put", *owner, files[1])
                self.assertEqual(self.get("n"), second)

    def test_a_killed_get_leaves_nothing(self):
        self.put("n", data(40_000_000), "--compress=off")
        folder = self.root / "folder"
        folder.mkdir()
        get = ["get", *self.owner(), "n", "--out", folder / "out"]
        takes_s = self.duration_s(get)
        (folder / "out").unlink()
        killed = 0
        for part in (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
            killed += self.kill_after(get, part * takes_s)
            left = [p.name for p in folder.iterdir()]
            if left == ["out"]:  # it was done before it was killed
                self.assertEqual((folder / "out").read_bytes(), data(40_000_000))
                (folder / "out").unlink()
            else:
                self.assertEqual(left, [])
        self.assertGreater(killed, 0)

    def test_a_reader_that_goes_away_does_no_harm(self):
        self.put("n", data(20_000_000), "--compress=off")
        command = [BINARY, "get", *self.owner(), "n", "--out=-"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            self.assertEqual(len(process.stdout.read(1000)), 1000)
            process.stdout.close()
            self.assertNotEqual(process.wait(timeout=60), 0)
        self.assertTrue(self.verify("n")["whole"])


class FullDisk(AppTest):
    def setUp(self):
        super().setUp()
        self.disk = pathlib.Path(tempfile.mkdtemp(prefix="shadw-full-"))
        self.addCleanup(self.disk.rmdir)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m", "shadw-test", self.disk],
            capture_output=True,
        )
        if mounted.returncode != 0:
            self.skipTest(f"no tmpfs can be mounted: {mounted.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        self.stores = [self.disk / f"node{i}" for i in range(self.nodes)]

    def test_a_full_disk_is_a_clear_error_and_nothing_is_lost(self):
        content = data(2_000_000, 1)
        self.put("kept", content)
        before = self.snapshot()
        file = self.write("large", data(16_000_000, 2))
        for name in ("large", "kept"):
            result = self.fail_with(
                "put", *self.owner(), f"--code={self.code}", f"--name={name}", "--json", file
            )
            self.assertEqual(result.json["error"]["code"], "resource_exhausted")
            self.assertIn("No space left on device", result.err)
            self.assertEqual(self.get("kept"), content)
        self.assertTrue(self.verify("kept")["whole"])
        after = self.snapshot()
        self.assertEqual({k: after[k] for k in before}, before)
        # What the failed puts had stored is gone again: there is room.
        self.put("small", data(1_000_000, 3))
        self.assertEqual(self.get("small"), data(1_000_000, 3))

    def test_a_get_onto_a_full_disk_leaves_no_file(self):
        self.stores = [self.root / f"node{i}" for i in range(self.nodes)]
        self.put("large", data(16_000_000), "--compress=off")
        out = self.disk / "out"
        result = self.fail_with("get", *self.owner(), "large", "--out", out, "--json")
        self.assertEqual(result.json["error"]["code"], "resource_exhausted")
        self.assertEqual(list(self.disk.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
