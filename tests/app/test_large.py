# SPDX-License-Identifier: Apache-2.0
"""Gigabytes in little memory, and a hundred thousand foreign files."""

import hashlib
import os
import random
import shutil
import subprocess
import unittest

import pile
from harness import BINARY, AppTest, data

GIB = 1 << 30
OBJECT_BYTES = 4 * GIB
PIECE_BYTES = 1 << 20
MAX_RSS_BYTES = 256 << 20
# 4 GiB as 10+4 shards, 4 GiB as a file, and some air.
NEEDED_DISK_BYTES = 16 * GIB


class Memory(AppTest):
    nodes = 14
    code = "10+4"
    in_memory = False

    def setUp(self):
        super().setUp()
        free = shutil.disk_usage(self.root).free
        if free < NEEDED_DISK_BYTES:
            self.skipTest(f"got {free >> 30} GiB of free disk, need {NEEDED_DISK_BYTES >> 30}")

    def run_measured(self, *arguments, feed=None, drain=None) -> None:
        """Runs to success within the memory; `feed` writes its input, `drain` reads its output."""
        process = subprocess.Popen(
            [BINARY, *map(os.fspath, arguments)],
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE if drain else subprocess.DEVNULL,
        )
        if feed:
            feed(process.stdin)
            process.stdin.close()
        if drain:
            drain(process.stdout)
            process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        peak_bytes = usage.ru_maxrss * 1024
        print(f"{arguments[0]}: peak RSS {peak_bytes >> 20} MiB")
        self.assertLess(peak_bytes, MAX_RSS_BYTES)

    def test_4_gib_from_pipe_to_pipe_stay_under_256_mib(self):
        block = data(PIECE_BYTES)
        put_hash, got_hash = hashlib.sha256(), hashlib.sha256()

        def feed(pipe):
            for number in range(OBJECT_BYTES // PIECE_BYTES):
                piece = number.to_bytes(8, "little") + block[8:]
                put_hash.update(piece)
                pipe.write(piece)

        def drain(pipe):
            while piece := pipe.read(PIECE_BYTES):
                got_hash.update(piece)

        options = [f"--code={self.code}", "--compress=off", "--name=n"]
        self.run_measured("put", *self.owner(), *options, "-", feed=feed)
        self.run_measured("get", *self.owner(), "n", "--out=-", drain=drain)
        self.assertEqual(put_hash.digest(), got_hash.digest())
        self.lose(0, 3, 7, 12)
        got_hash = hashlib.sha256()
        self.run_measured("get", *self.owner(), "n", "--out=-", drain=drain)
        self.assertEqual(put_hash.digest(), got_hash.digest())

    def test_4_gib_from_file_to_file_stay_under_256_mib(self):
        file = self.root / "file"
        with file.open("wb") as sparse:
            for gib in range(4):  # holes between, so that little disk is read and compressed
                sparse.seek(gib * GIB + 12345)
                sparse.write(data(PIECE_BYTES, gib))
            sparse.truncate(OBJECT_BYTES)
        self.run_measured("put", *self.owner(), f"--code={self.code}", file)
        out = self.root / "out"
        self.run_measured("get", *self.owner(), "file", "--out", out)
        subprocess.run(["cmp", file, out], check=True)
        out.unlink()
        self.run_measured("get", *self.owner(), "file", f"--range={GIB}-", "--out", out)
        subprocess.run(["cmp", f"--ignore-initial={GIB}:0", file, out], check=True)

    def test_verify_repair_and_recover_of_1_gib_stay_under_256_mib(self):
        block = data(PIECE_BYTES)

        def feed(pipe):
            for number in range(GIB // PIECE_BYTES):
                pipe.write(number.to_bytes(8, "little") + block[8:])

        options = [f"--code={self.code}", "--compress=off", "--bound", "--name=n"]
        self.run_measured("put", *self.owner(), *options, "-", feed=feed)
        self.lose(1, 2, 5, 13)
        self.run_measured("repair", *self.owner(), "n")
        self.run_measured("verify", *self.owner(), "n")
        self.run_measured("rotate", *self.owner(), "n")
        self.run_measured("recover", *self.owner(), "--out", self.root / "recovered")
        self.assertEqual((self.root / "recovered" / "n").stat().st_size, GIB)


class ForeignFiles(AppTest):
    nodes = 14
    code = "10+4"
    # 4 KiB each are 400 MB, and names for them.
    in_memory = False

    def test_recover_from_among_100000_foreign_files(self):
        objects = {f"folder/object {n}": data(n * 37_000, n) for n in range(40)}
        for name, content in objects.items():
            self.put(name, content)
        chance = random.Random(9)
        folder = self.root / "pile"
        sizes = pile.scramble(self.stores, folder, chance)
        pile.add_foreign(folder, 100_000, sizes, chance)
        out = self.root / "recovered"
        report = self.succeed(
            "recover", f"--key={self.key}", f"--store={folder}", "--out", out, "--json"
        ).json
        self.assertGreater(report["files_scanned"], 100_000)
        self.assertEqual(report["restored"], len(objects))
        for name, content in objects.items():
            self.assertEqual((out / name).read_bytes(), content)


if __name__ == "__main__":
    unittest.main()
