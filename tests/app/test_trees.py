# SPDX-License-Identifier: Apache-2.0
"""Folders: put -r, get -r, and what the other commands say of objects that share packs."""

import os
import pathlib
import random
import shutil
import socket
import stat
import subprocess
import unittest

import pile
from harness import BINARY, DONE, FAILED, USAGE, AppTest, data

SMALL_BYTES = 64 * 1024  # what fits into a pack


def describe(root: pathlib.Path) -> dict[bytes, tuple]:
    """Everything below a folder: what it is, its mode, its time, its content."""
    found = {}
    top = os.fsencode(root)
    for folder, folders, files in os.walk(top):
        for name in folders + files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            kind = stat.S_IFMT(status.st_mode)
            if kind == stat.S_IFLNK:
                content, mode = os.readlink(path), None
            else:
                mode = stat.S_IMODE(status.st_mode)
                content = pathlib.Path(os.fsdecode(path)).read_bytes() if kind == stat.S_IFREG else None
            found[os.path.relpath(path, top)] = (kind, mode, status.st_mtime_ns, content)
    return found


class TreeTest(AppTest):
    def setUp(self) -> None:
        super().setUp()
        self.out = self.root / "out"

    def put_tree(self, *paths, options=(), code: int = DONE, **run) -> dict:
        arguments = ["put", *self.owner(), f"--code={self.code}", "--json", *options, "-r", *paths]
        return self.expect(code, *arguments, **run).json

    def get_tree(self, *prefix, code: int = DONE, stores=None, out=None) -> dict:
        arguments = ["get", *self.owner(stores), "--json", "-r", "--out", out or self.out, *prefix]
        return self.expect(code, *arguments).json

    def make(self, files: dict[str, bytes], folder: str = "t") -> pathlib.Path:
        for name, content in files.items():
            path = self.root / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return self.root / folder

    def names(self, *prefix) -> list[str]:
        options = [f"--prefix={p}" for p in prefix]
        listed = self.succeed("list", *self.owner(), "--json", *options).json["objects"]
        return [entry["name"] for entry in listed]


class RoundTrip(TreeTest):
    def make_all_kinds(self) -> pathlib.Path:
        tree = self.make(
            {
                "letter.txt": b"Dear reader",
                "empty": b"",
                "folder/with spaces": data(5_000),
                "folder/new\nline": b"x",
                "folder/deep/er/large": data(300_000),
                "folder/at the limit": data(SMALL_BYTES),
                "folder/beyond it": data(SMALL_BYTES + 1),
                "Grüße, 文字": b"text " * 2_000,
            }
        )
        top = os.fsencode(tree)
        with open(top + b"/caf\xe9", "wb") as file:
            file.write(b"no UTF-8")
        os.makedirs(top + b"/f\xff/b\xfe")
        (tree / "no files" / "at all").mkdir(parents=True)
        (tree / "link").symlink_to("letter.txt")
        (tree / "dangling").symlink_to("/no/such/file")
        (tree / "folder" / "up").symlink_to("..")
        os.symlink(b"\xff target", top + b"/link of bytes")
        modes = {"letter.txt": 0o640, "empty": 0o400, "no files": 0o711, "folder": 0o700}
        for name, mode in modes.items():
            (tree / name).chmod(mode)
        times = random.Random(1)
        for folder, folders, files in os.walk(top, topdown=False):
            for name in files + folders:
                time_ns = times.randrange(-(10**18), 2 * 10**18)
                os.utime(os.path.join(folder, name), ns=(0, time_ns), follow_symlinks=False)
        os.utime(tree, ns=(0, 123_456_789_012_345_678))
        return tree

    def test_a_folder_is_not_got_as_a_file(self) -> None:
        self.put_tree(self.make({"a": b"1"}))
        refused = self.expect(FAILED, "get", *self.owner(), "--out", self.out, "t")
        self.assertIn("get -r", refused.err)
        self.assertFalse(self.out.exists())

    def test_files_folders_and_links_come_back_with_modes_and_times(self):
        tree = self.make_all_kinds()
        expected = describe(tree)
        receipt = self.put_tree(tree)
        self.assertEqual(receipt["objects"], len(expected) + 1)
        self.assertEqual(receipt["packed"], len(expected) - 1)
        self.assertEqual((receipt["skipped"], receipt["failed"]), ([], []))
        self.assertTrue(receipt["listed"])
        restored = self.get_tree("t")
        self.assertEqual(restored["restored"], len(expected) + 1)
        self.assertEqual(restored["bytes"], receipt["object_bytes"])
        self.assertEqual(describe(self.out / "t"), expected)
        self.assertEqual((self.out / "t").stat().st_mtime_ns, 123_456_789_012_345_678)

    def test_the_whole_vault_comes_back_without_a_prefix(self):
        self.put("alone", b"by itself")
        self.put_tree(self.make({"a": b"1", "b/c": b"2"}))
        self.assertEqual(self.get_tree()["restored"], 5)
        files = {str(p.relative_to(self.out)) for p in self.out.rglob("*") if p.is_file()}
        self.assertEqual(files, {"alone", "t/a", "t/b/c"})

    def test_a_second_put_replaces_what_changed_and_keeps_the_rest(self):
        tree = self.make({"a": b"old", "b": b"same"})
        self.put_tree(tree)
        (tree / "a").write_bytes(b"new")
        self.put_tree(tree)
        self.assertEqual(self.names(), ["t", "t/a", "t/b"])
        self.get_tree()
        self.assertEqual((self.out / "t/a").read_bytes(), b"new")
        self.assertEqual((self.out / "t/b").read_bytes(), b"same")

    def test_2000_small_files_share_packs_and_come_back(self):
        chance = random.Random(7)
        files = {f"d{i % 50}/f{i}": chance.randbytes(chance.randrange(2_000)) for i in range(2_000)}
        tree = self.make(files)
        receipt = self.put_tree(tree)
        self.assertEqual((receipt["objects"], receipt["packed"]), (2_051, 2_051))
        self.assertLess(receipt["packs"], 20)
        self.assertLess(len(self.blobs()), 500)
        self.assertEqual(self.get_tree("t")["restored"], 2_051)
        self.assertEqual(describe(self.out / "t"), describe(tree))
        some = self.get_tree("t/d7", out=self.root / "some")
        self.assertEqual(some["restored"], 41)

    def test_objects_that_share_packs_are_got_one_by_one_too(self):
        self.put_tree(self.make({"a": data(3_000), "b": b"other"}))
        self.assertEqual(self.get("t/a"), data(3_000))
        self.assertEqual(self.get("t/a", "--range=10-19"), data(3_000)[10:20])
        self.assertTrue(self.verify("t/b")["whole"])

    def test_tar_gets_what_cp_would_have_copied(self):
        tree = self.make_all_kinds()
        self.put_tree(tree)
        self.get_tree()
        for source in (tree, self.out / "t"):
            subprocess.run(
                ["tar", "--sort=name", "-cf", f"{source}.tar", "-C", source, "."], check=True
            )
        self.assertEqual(
            pathlib.Path(f"{tree}.tar").read_bytes(), (self.out / "t.tar").read_bytes()
        )


class Sizes(TreeTest):
    nodes = 14
    code = "10+4"

    def test_1000_files_of_4_kib_take_little_more_than_the_code_demands(self):
        chance = random.Random(3)
        files = {f"f{i}": chance.randbytes(4096) for i in range(1_000)}
        receipt = self.put_tree(self.make(files))
        plain = receipt["object_bytes"]
        self.assertEqual(plain, 4096 * 1_000)
        stored = sum(blob.stat().st_size for blob in self.blobs())
        self.assertLess(stored, 1.3 * 14 / 10 * plain)
        self.assertLess(receipt["stored_bytes"], stored)


class Naming(TreeTest):
    def setUp(self):
        super().setUp()
        self.make({"a": b"1", "b/c": b"2"})

    def put_from(self, folder, *arguments):
        return self.put_tree(*arguments, cwd=folder)

    def test_a_folder_gives_its_own_name_with_and_without_a_slash(self):
        for spelled in ("t", "t/", "./t", "../" + self.root.name + "/t//"):
            with self.subTest(spelled=spelled):
                self.put_from(self.root, spelled)
                self.assertEqual(self.names(), ["t", "t/a", "t/b", "t/b/c"])

    def test_a_dot_gives_no_folder(self):
        self.put_from(self.root / "t", ".")
        self.assertEqual(self.names(), ["a", "b", "b/c"])
        self.put_from(self.root, "t/.")
        self.assertEqual(self.names(), ["a", "b", "b/c"])

    def test_a_name_replaces_the_folders(self):
        for name in ("deep/er", "deep/er/"):
            self.put_tree(self.root / "t", options=[f"--name={name}"])
            self.assertEqual(self.names(), ["deep/er", "deep/er/a", "deep/er/b", "deep/er/b/c"])
        self.get_tree("deep")
        self.assertEqual((self.out / "deep/er/b/c").read_bytes(), b"2")

    def test_several_folders_and_files_are_put_at_once(self):
        self.make({"x": b"3"}, "u")
        self.put_from(self.root, "t/b", "u", "u/x")
        self.assertEqual(self.names(), ["b", "b/c", "u", "u/x", "x"])

    def test_a_link_to_a_folder_is_followed_where_it_is_named_and_nowhere_else(self):
        (self.root / "t" / "loop").symlink_to(".")
        (self.root / "link").symlink_to("t")
        self.put_from(self.root, "link")
        self.assertEqual(
            self.names(), ["link", "link/a", "link/b", "link/b/c", "link/loop"]
        )
        objects = self.succeed("list", *self.owner(), "--json").json["objects"]
        self.assertEqual(objects[-1]["kind"], "symlink")

    def test_a_prefix_ends_at_a_slash(self):
        self.make({"d": b"3"}, "t2")
        self.put_from(self.root, "t", "t2")
        self.assertEqual(self.get_tree("t")["restored"], 4)
        self.assertEqual([p.name for p in self.out.iterdir()], ["t"])
        self.assertEqual(self.get_tree("t2/", out=self.root / "o2")["restored"], 2)
        self.assertEqual(self.get_tree("t/b/c", out=self.root / "o3")["restored"], 1)
        self.assertEqual((self.root / "o3/t/b/c").read_bytes(), b"2")

    def test_nothing_at_a_prefix_is_an_error(self):
        self.put_from(self.root, "t")
        result = self.get_tree("tt", code=FAILED)
        self.assertEqual(result["error"]["code"], "not_found")
        self.assertFalse(self.out.exists())

    def test_what_makes_no_sense_is_a_usage_error(self):
        for arguments in (
            ["put", *self.owner(), "-r", "a", "b", "--name=n"],
            ["put", *self.owner(), "-r", "a", "--audit=public"],
            ["put", *self.owner(), "a", "b"],
            ["get", *self.owner(), "-r", "t", "--out=-"],
            ["get", *self.owner(), "-r", "t", "--out=o", "--range=0-1"],
            ["get", "--cap=x", *self.store_options(), "-r", "--out=o"],
            ["compact", *self.store_options()],
        ):
            self.fail_with(*arguments, code=USAGE)

    def test_a_folder_that_is_not_there_stores_nothing(self):
        self.fail_with("put", *self.owner(), f"--code={self.code}", "-r", self.root / "none")
        self.assertFalse(any(store.exists() for store in self.stores))


class WhatCannotBePut(TreeTest):
    def test_sockets_and_pipes_are_left_out_with_a_warning(self):
        tree = self.make({"a": b"1"})
        os.mkfifo(tree / "fifo")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(tree / "socket"))
            receipt = self.put_tree(tree)
        self.assertEqual(
            [entry["name"] for entry in receipt["skipped"]],
            [str(tree / "fifo"), str(tree / "socket")],
        )
        self.assertEqual(len(receipt["warnings"]), 2)
        self.assertEqual(self.names(), ["t", "t/a"])

    def test_a_name_that_is_too_long_is_named_and_the_rest_is_put(self):
        tree = self.make({"a": b"1", "z": b"2"})
        os.chdir(tree)
        self.addCleanup(os.chdir, "/")
        for _ in range(17):
            os.mkdir("d" * 250)
            os.chdir("d" * 250)
        self.addCleanup(subprocess.run, ["rm", "-rf", tree])
        receipt = self.put_tree(tree, code=FAILED)
        self.assertEqual(len(receipt["failed"]), 1)
        self.assertIn("need at most 4096", receipt["failed"][0]["why"])
        self.assertEqual(receipt["objects"], 3 + 16)
        self.assertEqual(self.get("t/z"), b"2")

    def test_what_cannot_be_opened_is_named_and_the_rest_is_put(self):
        tree = self.make({"a": b"1", "closed/b": b"2", "secret": b"3", "large": data(100_000)})
        (tree / "secret").chmod(0)
        (tree / "closed").chmod(0)
        self.addCleanup((tree / "closed").chmod, 0o700)
        user = {}
        if os.geteuid() == 0:  # who may open everything
            nobody = 65534
            for path in [self.root, *self.root.rglob("*")]:
                os.chown(path, nobody, nobody)
            user = {"user": nobody, "group": nobody, "extra_groups": []}
            if subprocess.run([BINARY, "--version"], capture_output=True, **user).returncode != 0:
                self.skipTest("the program is out of reach of other users")
        receipt = self.put_tree(tree, code=FAILED, **user)
        self.assertEqual(
            [entry["name"] for entry in receipt["failed"]],
            [str(tree / "closed"), str(tree / "secret")],
        )
        self.assertIn("Permission denied", receipt["failed"][1]["why"])
        self.assertEqual(self.names(), ["t", "t/a", "t/closed", "t/large"])

    def test_stores_in_the_tree_are_left_out(self):
        tree = self.make({"a": b"1", "nodes/readme": b"2"})
        self.stores = [tree / "nodes" / f"{i}" for i in range(6)]
        self.put_tree(tree)
        self.assertEqual(self.names(), ["t", "t/a", "t/nodes", "t/nodes/readme"])
        self.put_tree(tree)
        self.assertEqual(self.names(), ["t", "t/a", "t/nodes", "t/nodes/readme"])


class Restoring(TreeTest):
    def test_what_is_there_already_is_kept_and_named_and_the_rest_is_restored(self):
        self.put_tree(self.make({"a": b"1", "b": b"2", "c/d": b"3"}))
        (self.root / "t/link").symlink_to("a")
        self.put_tree(self.root / "t")
        (self.out / "t").mkdir(parents=True)
        (self.out / "t/b").write_bytes(b"mine")
        (self.out / "t/link").write_bytes(b"mine too")
        report = self.get_tree("t", code=FAILED)
        self.assertEqual([entry["name"] for entry in report["failed"]], ["t/b", "t/link"])
        self.assertIn("File exists", report["failed"][0]["why"])
        self.assertEqual(report["restored"], 4)
        self.assertEqual((self.out / "t/b").read_bytes(), b"mine")
        self.assertEqual((self.out / "t/link").read_bytes(), b"mine too")
        self.assertEqual((self.out / "t/c/d").read_bytes(), b"3")

    def test_no_name_leads_out_of_the_folder(self):
        outside = self.root / "outside"
        outside.mkdir(mode=0o700)
        self.make({}, "l").mkdir()
        (self.root / "l" / "a").symlink_to(outside)
        self.put_tree(self.root / "l" / ".")
        self.put("a/b", b"through the link")
        self.put("../escaped", b"upwards")
        self.put("/absolute/file", b"from the root")
        self.put_tree(self.make({"in it": b"x"}, "m"), options=["--name=a/m"])
        for _ in range(2):  # the second time the link may be there
            self.shadw("get", *self.owner(), "-r", "--out", self.out)
            self.shadw("get", *self.owner(), "-r", "a", "--out", self.root / "o2")
        os.symlink(outside, self.root / "o3")  # the folder itself may be a link
        (self.root / "o4").mkdir()
        os.symlink(outside, self.root / "o4/a")
        self.shadw("get", *self.owner(), "-r", "a", "--out", self.root / "o4")
        self.assertEqual(list(outside.iterdir()), [])
        self.assertEqual(stat.S_IMODE(outside.stat().st_mode), 0o700)
        self.assertFalse((self.root / "escaped").exists())
        self.assertFalse(pathlib.Path("/absolute").exists())
        contents = {p.read_bytes() for p in self.out.rglob("*") if p.is_file()}
        self.assertEqual(contents, {b"through the link", b"upwards", b"from the root", b"x"})

    def test_links_lead_where_they_led_and_are_not_followed_to_set_modes(self):
        victim = self.write("victim", b"mine")
        victim.chmod(0o600)
        os.utime(victim, ns=(1, 1))
        tree = self.make({"a": b"1"})
        (tree / "link").symlink_to(victim)
        self.put_tree(tree)
        self.get_tree()
        self.assertEqual(os.readlink(self.out / "t/link"), str(victim))
        self.assertEqual(victim.read_bytes(), b"mine")
        self.assertEqual(stat.S_IMODE(victim.stat().st_mode), 0o600)
        self.assertEqual(victim.stat().st_mtime_ns, 1)


class Loss(TreeTest):
    def setUp(self):
        super().setUp()
        chance = random.Random(5)
        self.tree = self.make({f"d{i % 7}/f{i}": chance.randbytes(1_000 + i) for i in range(300)})
        self.put_tree(self.tree)

    def test_a_tree_comes_back_from_as_few_stores_as_the_code_needs(self):
        self.lose(1, 4)
        self.assertEqual(self.get_tree("t")["failed"], [])
        self.assertEqual(describe(self.out / "t"), describe(self.tree))

    def test_repairing_all_repairs_a_pack_once_and_brings_all_of_it_back(self):
        packs = len({entry["object"] for entry in self.listed() if entry["packed"]})
        self.lose(0, 3)
        repaired = self.succeed("repair", *self.owner(), "--all", "--json").json
        self.assertEqual(repaired["failed"], [])
        # Of each pack and of the catalogue's page, two of six shards; no pack is done twice.
        self.assertLessEqual(repaired["shards_rebuilt"], 2 * (packs + 1))
        again = self.succeed("repair", *self.owner(), "--all", "--json").json
        self.assertEqual((again["shards_rebuilt"], again["bytes_written"]), (0, 0))
        self.lose(1, 5)
        self.get_tree("t")
        self.assertEqual(describe(self.out / "t"), describe(self.tree))

    def listed(self):
        return self.succeed("list", *self.owner(), "--json").json["objects"]

    def test_everything_comes_back_from_a_pile_of_renamed_files(self):
        self.put("alone", b"by itself")
        (self.tree / "link").symlink_to("d1/f1")
        (self.tree / "no files").mkdir(mode=0o711)
        self.put_tree(self.tree)
        chance = random.Random(6)
        heap = self.root / "heap"
        sizes = pile.scramble(self.stores, heap, chance)
        pile.add_foreign(heap, 200, sizes, chance)
        arguments = ["recover", f"--key={self.key}", f"--store={heap}", "--out", self.out]
        report = self.succeed(*arguments, "--json").json
        self.assertEqual(report["restored"], len(report["objects"]))
        self.assertEqual(describe(self.out / "t"), describe(self.tree))
        self.assertEqual((self.out / "alone").read_bytes(), b"by itself")

    def test_a_removed_one_stays_removed_and_its_neighbours_stay(self):
        self.succeed("remove", *self.owner(), "t/d1/f1")
        self.assertIn("no object named", self.fail_with("info", *self.owner(), "t/d1/f1").err)
        (self.tree / "d1/f1").unlink()
        os.utime(self.tree / "d1", ns=(0, 0))
        self.put_tree(self.tree / "d1", options=["--name=t/d1"])
        self.get_tree("t")
        self.assertEqual(describe(self.out / "t"), describe(self.tree))
        shutil.rmtree(self.out)
        heap = self.root / "heap"
        pile.scramble(self.stores, heap, random.Random(8))
        self.succeed("recover", f"--key={self.key}", f"--store={heap}", "--out", self.out)
        self.assertEqual(describe(self.out / "t"), describe(self.tree))

    def test_compact_gives_room_back_and_keeps_what_is_left(self):
        nothing = self.succeed("compact", *self.owner(), "--json").json
        self.assertEqual((nothing["packs_rewritten"], nothing["packs_removed"]), (0, 0))
        for i in range(0, 300, 3):
            self.succeed("remove", *self.owner(), f"t/d{i % 7}/f{i}")
        before = sum(blob.stat().st_size for blob in self.blobs())
        report = self.succeed("compact", *self.owner(), "--json").json
        # Shards have a power of two of cells: a pack is rewritten where that makes them fewer.
        stored = sum(blob.stat().st_size for blob in self.blobs())
        self.assertEqual(stored < before, report["packs_rewritten"] > 0)
        self.assertLessEqual(stored, before)
        self.assertEqual(self.get_tree("t")["failed"], [])
        left = {p.name for p in self.out.rglob("f*")}
        self.assertEqual(left, {f"f{i}" for i in range(300) if i % 3 != 0})
        # Packs of which more than half is gone shrink by themselves.
        for i in (i for i in range(300) if i % 3 == 1 or i % 6 == 2):
            self.succeed("remove", *self.owner(), f"t/d{i % 7}/f{i}")
        after = sum(blob.stat().st_size for blob in self.blobs())
        self.assertLess(after, 0.8 * before)
        text = self.succeed("compact", *self.owner()).out.decode()
        self.assertRegex(text, r"^compacted: \d packs? rewritten, 0 removed, .* became .*\n$")


class Words(TreeTest):
    def setUp(self):
        super().setUp()
        tree = self.make({"small": b"1", "large": data(100_000), "folder/x": b"2"})
        (tree / "link").symlink_to("small")
        self.put_tree(tree)

    def test_list_and_info_tell_kinds(self):
        listed = self.succeed("list", *self.owner(), "--json").json["objects"]
        kinds = {entry["name"]: (entry["kind"], entry["packed"]) for entry in listed}
        expected = {
            "t": ("directory", True),
            "t/folder": ("directory", True),
            "t/folder/x": ("file", True),
            "t/large": ("file", False),
            "t/link": ("symlink", True),
            "t/small": ("file", True),
        }
        self.assertEqual(kinds, expected)
        for name, (kind, packed) in expected.items():
            info = self.succeed("info", *self.owner(), name, "--json").json
            self.assertEqual((info["name"], info["kind"], info["packed"]), (name, kind, packed))
        lines = self.succeed("list", *self.owner()).out.decode().splitlines()
        self.assertEqual([line[0] for line in lines], list("dd--l-"))
        self.assertIn("symlink", self.succeed("info", *self.owner(), "t/link").out.decode())

    def test_a_capability_of_a_packed_object_opens_it_and_not_its_neighbour(self):
        capability = self.share("t/small", "read")
        self.assertTrue(capability.startswith("shadw-member-1-"))
        access = self.holder(capability)
        self.assertEqual(self.succeed("get", *access, "--out=-").out, b"1")
        self.assertEqual(self.succeed("get", *access, "t/small", "--out=-").out, b"1")
        wrong = self.fail_with("get", *access, "t/folder/x", "--out=-")
        self.assertEqual(wrong.out, b"")
        self.assertIn("'t/small'", wrong.err)
        info = self.succeed("info", *access, "--json").json
        self.assertEqual((info["name"], info["object_bytes"]), ("t/small", 1))
        self.assertTrue(self.verify("t/small", access=access)["whole"])
        for command in ("repair", "rotate"):
            denied = self.fail_with(command, *access, "--json")
            self.assertEqual(denied.json["error"]["code"], "permission_denied")
        file = self.write("cap", capability.encode() + b"\n")
        file.chmod(0o600)
        self.assertEqual(self.succeed("get", *self.holder(f"@{file}"), "--out=-").out, b"1")

    def test_a_capability_of_a_packed_object_is_passed_on_downwards_only(self):
        capability = self.share("t/small", "read")
        again = self.succeed("share", f"--cap={capability}", "--right=read")
        self.assertEqual(again.out.decode().strip(), capability)
        audit = self.succeed("share", f"--cap={capability}", "--right=audit").out.decode().strip()
        self.assertTrue(self.verify("t/small", access=self.holder(audit))["whole"])
        self.fail_with("share", f"--cap={capability}", "--right=verify")
        self.fail_with("share", f"--cap={capability[:-1]}", "--right=read")

    def test_who_may_verify_a_packed_object_may_repair_its_pack(self):
        access = self.holder(self.share("t/small", "verify"))
        self.lose(2)
        self.assertFalse(self.verify("t/small", code=FAILED, access=access)["whole"])
        self.succeed("repair", *access)
        self.assertTrue(self.verify("t/folder/x", access=access)["whole"])
        self.fail_with("get", *access, "--out=-")

    def test_text_says_how_much_was_put_and_restored(self):
        put = self.succeed("put", *self.owner(), f"--code={self.code}", "-r", self.root / "t")
        self.assertRegex(put.out.decode(), r"^put 6 objects, 97\.\d KiB: 5 in 1 pack, .* stored\n$")
        got = self.succeed("get", *self.owner(), "-r", "--out", self.out)
        self.assertRegex(got.out.decode(), r"^restored 6 objects, 97\.\d KiB\n$")
        self.assertEqual((put.err, got.err), ("", ""))


if __name__ == "__main__":
    unittest.main()
