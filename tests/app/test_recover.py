# SPDX-License-Identifier: Apache-2.0
"""Recovering with the key alone, when names, indexes and directories are gone."""

import os
import pathlib
import random
import shutil
import stat
import unittest

import pile
from harness import FAILED, HEADER_BYTES, AppTest, data, overwrite


class Recover(AppTest):
    def setUp(self):
        super().setUp()
        self.out = self.root / "recovered"
        self.pile = self.root / "pile"
        self.chance = random.Random(6)

    def put_file(self, name: str, content: bytes, mode: int, mtime_ns: int, *options: str):
        file = self.write("source", content)
        file.chmod(mode)
        os.utime(file, ns=(0, mtime_ns))
        owner = self.owner()
        self.succeed("put", *owner, f"--code={self.code}", f"--name={name}", *options, file)

    def recover(self, *folders: pathlib.Path, code: int = 0) -> dict:
        stores = [f"--store={folder}" for folder in folders or [self.pile]]
        arguments = ["recover", f"--key={self.key}", *stores, "--out", self.out, "--json"]
        return self.expect(code, *arguments).json

    def recovered(self) -> dict[str, bytes]:
        files = [f for f in self.out.rglob("*") if f.is_file()]
        return {str(f.relative_to(self.out)): f.read_bytes() for f in files}

    def recover_among(self, foreign: int) -> None:
        objects = {
            "letter.txt": (b"Dear reader", 0o640, 981_173_106_789_000_000, ["--bound"]),
            "empty": (b"", 0o600, 0, []),
            "folder/with spaces": (data(300_000, 1), 0o755, 1_700_000_000_000_000_001, []),
            "large": (data(12_000_000, 2), 0o444, -1, ["--compress=off"]),
            "Grüße": (b"text " * 100_000, 0o664, 1, ["--audit=public"]),
        }
        for name, (content, mode, mtime_ns, options) in objects.items():
            self.put_file(name, content, mode, mtime_ns, *options)
        sizes = pile.scramble(self.stores, self.pile, self.chance)
        for store in self.stores:
            shutil.rmtree(store)
        pile.add_foreign(self.pile, foreign, sizes, self.chance)

        report = self.recover()
        self.assertGreaterEqual(report["files_scanned"], foreign)
        self.assertEqual(report["restored"], len(objects))
        self.assertEqual(self.recovered(), {name: o[0] for name, o in objects.items()})
        for name, (_, mode, mtime_ns, _) in objects.items():
            status = (self.out / name).stat()
            self.assertEqual((stat.S_IMODE(status.st_mode), status.st_mtime_ns), (mode, mtime_ns))

    def test_everything_comes_back_from_a_pile_of_renamed_files(self):
        self.recover_among(foreign=0)

    def test_everything_comes_back_from_among_20000_foreign_files(self):
        self.recover_among(foreign=20_000)

    def test_lost_stores_and_rotten_shards_are_overcome(self):
        content = data(2_000_000)
        self.put("n", content, "--compress=off")
        self.lose(0)
        shard = self.blobs(100_000)[0]
        overwrite(shard, HEADER_BYTES + 10, b"rot")
        pile.scramble(self.stores[1:], self.pile, self.chance)
        self.recover()
        self.assertEqual(self.recovered(), {"n": content})

    def test_stores_as_they_are_can_be_recovered_from(self):
        self.put("n", b"content")
        self.lose(2)
        result = self.succeed("recover", *self.owner(), "--out", self.out)
        self.assertIn(f"store {self.stores[2]} is missing", result.err)
        self.assertEqual(self.recovered(), {"n": b"content"})

    def test_only_the_newest_version_comes_back(self):
        for version in (b"first", b"second", b"third"):
            self.put("n", version)
        self.recover(*self.stores)
        self.assertEqual(self.recovered(), {"n": b"third"})

    def test_removed_objects_stay_removed(self):
        self.put("kept", b"kept")
        self.put("gone", b"gone")
        self.succeed("remove", *self.owner(), "gone")
        self.recover(*self.stores)
        self.assertEqual(self.recovered(), {"kept": b"kept"})

    def test_objects_survive_raised_generations_rotation_and_repair(self):
        self.put("n", b"first")
        self.put("n", b"second", "--raise-generation")
        self.put("m", data(100_000))
        self.succeed("rotate", *self.owner(), "m")
        self.lose(1)
        self.succeed("repair", *self.owner(), "m")
        self.succeed("repair", *self.owner(), "n")
        self.recover(*self.stores)
        self.assertEqual(self.recovered(), {"n": b"second", "m": data(100_000)})

    def test_names_cannot_lead_out_of_the_folder(self):
        names = ["../escaped", "/absolute", "a/../../b", ".", "..", "a//b", "n" * 4096]
        for number, name in enumerate(names):
            self.put(name, f"content {number}".encode())
        report = self.recover(*self.stores)
        self.assertEqual(report["restored"], len(names))
        self.assertFalse((self.root / "escaped").exists())
        self.assertFalse(pathlib.Path("/absolute").exists())
        expected = {f"content {number}".encode() for number in range(len(names))}
        self.assertEqual(set(self.recovered().values()), expected)
        self.assertEqual({o["name"] for o in report["objects"]}, set(names))

    def test_a_name_that_is_a_folder_of_another_is_kept_too(self):
        self.put("a", b"file")
        self.put("a/b", b"below")
        self.recover(*self.stores)
        self.assertEqual(sorted(self.recovered().values()), [b"below", b"file"])

    def test_an_object_with_too_few_shards_is_named_and_the_others_are_restored(self):
        self.put("whole", b"content")
        self.put("broken", data(1_000_000), "--compress=off")
        for shard in self.blobs(100_000)[:3]:
            shard.unlink()
        report = self.recover(*self.stores, code=FAILED)
        self.assertEqual(self.recovered(), {"whole": b"content"})
        broken = [o for o in report["objects"] if not o["restored"]]
        self.assertEqual([o["name"] for o in broken], ["broken"])
        self.assertIn("need 4", broken[0]["why_not"])

    def test_another_key_recovers_nothing(self):
        self.put("n", b"content")
        other = self.root / "other"
        self.succeed("keygen", "--out", other)
        self.fail_with_nothing("recover", f"--key={other}", *self.store_options())

    def fail_with_nothing(self, *arguments):
        result = self.expect(FAILED, *arguments, "--out", self.out, "--json")
        self.assertEqual(result.json["objects"], [])

    def test_files_that_are_already_there_are_kept_and_the_object_is_named(self):
        self.put("n", b"content")
        self.put("m", b"other content")
        self.out.mkdir()
        (self.out / "n").write_bytes(b"mine")
        report = self.recover(*self.stores, code=FAILED)
        self.assertEqual(self.recovered(), {"n": b"mine", "m": b"other content"})
        kept = [o for o in report["objects"] if not o["restored"]]
        self.assertEqual([o["name"] for o in kept], ["n"])
        self.assertIn("File exists", kept[0]["why_not"])


if __name__ == "__main__":
    unittest.main()
