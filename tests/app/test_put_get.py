# SPDX-License-Identifier: Apache-2.0
"""Putting and getting: sizes, names, pipes, ranges, modes and times, output files."""

import os
import random
import stat
import subprocess
import threading
import unittest

from harness import BINARY, CHUNK_BYTES, AppTest, data


class Sizes(AppTest):
    nodes = 3
    code = "2+1"

    def round_trip(self, sizes, *options):
        for size in sizes:
            with self.subTest(size=size):
                content = data(size, seed=size)
                receipt = self.put("n", content, *options)
                self.assertEqual(receipt["object_bytes"], size)
                self.assertEqual(self.get("n"), content)

    def test_every_small_size_comes_back(self):
        self.round_trip([0, 1, 2, 4079, 4080, 4081, 4095, 4096, 4097])

    def test_sizes_around_a_chunk_and_a_stripe_come_back(self):
        sizes = [n * CHUNK_BYTES + d for n in (1, 2, 4) for d in (-1, 0, 1)]
        self.round_trip(sizes, "--compress=off")
        self.round_trip(sizes, "--bound")

    def test_sizes_around_a_segment_come_back(self):
        segment = 128 * 2 * CHUNK_BYTES
        self.round_trip([segment - 1, segment, segment + 1, 2 * segment + 5], "--compress=off")

    def test_threads_put_and_get_the_same(self):
        content = data(5_000_000, seed=4)
        self.put("n", content, "--threads=2")
        self.assertEqual(self.get("n"), content)
        self.assertEqual(self.get("n", "--threads=3"), content)

    def test_compressible_content_comes_back_and_takes_less(self):
        content = b"all work and no play " * 200_000
        small = self.put("small", content)["stored_bytes"]
        large = self.put("large", content, "--compress=off")["stored_bytes"]
        self.assertLess(small * 10, large)
        self.assertEqual(self.get("small"), content)
        self.assertEqual(self.get("large"), content)

    def test_wide_codes_come_back_after_losing_as_many_as_they_may(self):
        for code, nodes in (("1+2", 3), ("29+51", 80), ("100+100", 200), ("250+5", 255)):
            with self.subTest(code=code):
                stores = [self.root / code / f"{i:03}" for i in range(nodes)]
                owner = self.owner(stores)
                content = data(300_000, seed=nodes)
                self.succeed("put", *owner, f"--code={code}", "--name=n", "-", stdin=content)
                chosen = random.Random(nodes).sample(stores, int(code.split("+")[1]))
                rest = [store for store in stores if store not in chosen]
                self.assertEqual(self.get("n", access=self.owner(rest)), content)


class Names(AppTest):
    def test_strange_names_are_only_names(self):
        names = [
            "with spaces",
            " ",
            "a/b/c",
            "/absolute",
            "../../outside",
            "..",
            "-",
            "--json",
            "Grüße, 文字 and 🗝",
            "new\nline",
            "e\u0301 is not \u00e9",
            "n" * 4096,
            "\u6587" * 1365,
            "*?[]{}$`'\"\\",
        ]
        for number, name in enumerate(names):
            self.put(name, f"content {number}".encode())
        for number, name in enumerate(names):
            self.assertEqual(self.get(name), f"content {number}".encode(), name[:40])
        listed = self.succeed("list", *self.owner(), "--json").json["objects"]
        self.assertEqual([o["name"] for o in listed], sorted(names, key=str.encode))
        for name in names[:9]:
            self.assertTrue(self.verify(name)["whole"])

    def test_a_name_that_is_too_long_is_refused(self):
        result = self.fail_with(
            "put", *self.owner(), f"--code={self.code}", "--name=" + "n" * 4097, "-", stdin=b""
        )
        self.assertIn("4096", result.err)

    def test_the_name_is_the_base_name_where_none_is_given(self):
        (self.root / "deep").mkdir()
        file = self.write("deep/report 1.txt", b"x")
        self.succeed("put", *self.owner(), f"--code={self.code}", file)
        self.assertEqual(self.get("report 1.txt"), b"x")

    def test_list_shows_what_starts_with_a_prefix(self):
        for name in ("b/2", "a", "b/1", "c"):
            self.put(name, name.encode())
        lines = self.succeed("list", *self.owner(), "--prefix=b/").out.decode().splitlines()
        self.assertEqual([line.split()[-1] for line in lines], ["b/1", "b/2"])

    def test_removed_objects_are_gone_and_may_come_again(self):
        self.put("n", data(1_000_000))
        self.assertEqual(len(self.blobs(100_000)), 6)
        self.succeed("remove", *self.owner(), "n")
        self.assertEqual(self.blobs(100_000), [])
        for command in (["get", "--out=-"], ["info"], ["verify"], ["repair"], ["remove"]):
            result = self.fail_with(*command, *self.owner(), "n")
            self.assertIn("no object named 'n'", result.err)
        self.assertEqual(self.succeed("list", *self.owner()).out, b"")
        self.put("n", b"again")
        self.assertEqual(self.get("n"), b"again")


class Versions(AppTest):
    def test_a_second_put_replaces_the_first_and_frees_its_space(self):
        self.assertEqual(self.put("n", data(200_000, 1))["sequence"], 1)
        before = sum(b.stat().st_size for b in self.blobs())
        self.assertEqual(self.put("n", data(200_000, 2))["sequence"], 2)
        after = sum(b.stat().st_size for b in self.blobs())
        self.assertEqual(self.get("n"), data(200_000, 2))
        self.assertLess(after, before * 1.2)

    def test_two_puts_of_one_name_at_once_leave_one_of_them_whole(self):
        contents = [data(3 << 20, seed) for seed in (1, 2)]
        files = [self.write(f"f{i}", content) for i, content in enumerate(contents)]
        self.put("n", b"old")
        for _ in range(5):
            commands = [
                [BINARY, "put", *self.owner(), f"--code={self.code}", "--name=n", "--json", file]
                for file in files
            ]
            both = [
                subprocess.Popen(c, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for c in commands
            ]
            outputs = [process.communicate(timeout=300) for process in both]
            codes = [process.returncode for process in both]
            self.assertIn(0, codes, outputs)
            for code, (_, err) in zip(codes, outputs):
                if code != 0:
                    self.assertEqual(code, 1, err)
                    self.assertRegex(err.decode(), "^shadw: ")
            self.assertIn(self.get("n"), contents)
            self.assertTrue(self.verify("n")["whole"])

    def test_puts_of_many_names_at_once_are_all_listed(self):
        results = []

        def put(number):
            results.append(self.put(f"n{number}", data(1000, number))["sequence"])

        threads = [threading.Thread(target=put, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [1] * 6)
        listed = self.succeed("list", *self.owner(), "--json").json["objects"]
        self.assertEqual([o["name"] for o in listed], [f"n{n}" for n in range(6)])

    def test_raising_the_generation_shuts_out_earlier_capabilities(self):
        self.put("n", b"first")
        early = self.share("n", "read")
        receipt = self.put("n", b"second", "--raise-generation")
        self.assertEqual(receipt["generation"], 1)
        self.assertEqual(self.get("n"), b"second")
        result = self.shadw("get", *self.holder(early), "--out=-")
        self.assertNotEqual(result.out, b"second")
        self.assertEqual(self.get("n", access=self.holder(self.share("n", "read"))), b"second")


class Files(AppTest):
    def put_file(self, name, content, mode, mtime_ns):
        file = self.write(name, content)
        file.chmod(mode)
        os.utime(file, ns=(0, mtime_ns))
        self.succeed("put", *self.owner(), f"--code={self.code}", file)
        return file

    def test_mode_and_time_come_back(self):
        cases = [
            (0o644, 1_700_000_000_123_456_789),
            (0o400, 0),
            (0o777, -1),
            (0o600, -86_400_000_000_001),
            (0o000, 1),
        ]
        for mode, mtime_ns in cases:
            with self.subTest(mode=oct(mode), mtime_ns=mtime_ns):
                file = self.put_file("f", b"x", mode if os.geteuid() == 0 else mode | 0o400, mtime_ns)
                out = self.root / "out"
                self.succeed("get", *self.owner(), "f", "--out", out)
                self.assertEqual(out.stat().st_mtime_ns, mtime_ns)
                self.assertEqual(out.stat().st_mode, file.stat().st_mode)
                file.unlink()
                out.unlink()

    def test_setuid_is_not_handed_over(self):
        self.put_file("f", b"x", 0o4755, 0)
        out = self.root / "out"
        self.succeed("get", *self.owner(), "f", "--out", out)
        self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o755)

    def test_what_came_through_a_pipe_gets_the_mode_of_a_new_file(self):
        self.put("n", b"x")
        out = self.root / "out"
        old_mask = os.umask(0o027)
        self.addCleanup(os.umask, old_mask)
        self.succeed("get", *self.owner(), "n", "--out", out)
        self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o640)

    def test_from_pipe_to_pipe(self):
        content = data(5 << 20)
        self.put("n", content)
        self.assertEqual(self.succeed("get", *self.owner(), "n", "--out=-").out, content)

    def test_a_named_pipe_works_at_both_ends(self):
        content = data(1 << 20)
        fifo = self.root / "fifo"
        os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_bytes, args=(content,))
        writer.start()
        self.succeed("put", *self.owner(), f"--code={self.code}", fifo)
        writer.join()
        got = []
        reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
        reader.start()
        self.succeed("get", *self.owner(), "fifo", "--out", fifo)
        reader.join()
        self.assertEqual(got, [content])
        self.assertTrue(stat.S_ISFIFO(fifo.stat().st_mode))

    def test_an_existing_file_is_replaced_whole(self):
        self.put("n", b"new")
        out = self.write("out", b"a longer, older content")
        with out.open("rb") as held:
            self.succeed("get", *self.owner(), "n", "--out", out)
            self.assertEqual(held.read(), b"a longer, older content")
        self.assertEqual(out.read_bytes(), b"new")

    def test_a_symbolic_link_keeps_leading_to_its_file(self):
        self.put("n", b"new")
        target = self.write("target", b"old")
        link = self.root / "link"
        link.symlink_to("target")
        self.succeed("get", *self.owner(), "n", "--out", link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(target.read_bytes(), b"new")

    def test_a_device_is_written_to_and_stays_one(self):
        self.put("n", b"x")
        self.succeed("get", *self.owner(), "n", "--out=/dev/null")
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        result = self.fail_with("get", *self.owner(), "n", "--out=/dev/full", "--json")
        self.assertEqual(result.json["error"]["code"], "resource_exhausted")

    def test_a_directory_is_neither_put_nor_written_to(self):
        self.put("n", b"x")
        self.fail_with("put", *self.owner(), f"--code={self.code}", self.root)
        self.fail_with("get", *self.owner(), "n", "--out", self.root)

    def test_a_failed_get_leaves_no_file_and_no_trace_in_its_folder(self):
        self.put("n", data(3 << 20), "--compress=off")
        folder = self.root / "folder"
        folder.mkdir()
        kept = folder / "kept"
        kept.write_bytes(b"older")
        for blob in self.blobs(100_000)[:3]:
            blob.unlink()
        for out in (folder / "new", kept):
            self.fail_with("get", *self.owner(), "n", "--out", out)
            self.fail_with("get", *self.owner(), "no such", "--out", out)
        self.assertEqual([p.name for p in folder.iterdir()], ["kept"])
        self.assertEqual(kept.read_bytes(), b"older")

    def test_a_missing_input_stores_nothing(self):
        result = self.fail_with("put", *self.owner(), f"--code={self.code}", self.root / "none")
        self.assertIn("No such file", result.err)
        self.assertFalse(any(store.exists() for store in self.stores))

    def test_too_few_stores_are_counted_in_the_message(self):
        result = self.fail_with(
            "put", *self.owner(self.stores[:5]), f"--code={self.code}", self.key
        )
        self.assertRegex(result.err, r"\b5\b.*\b6\b")


class Ranges(AppTest):
    def setUp(self):
        super().setUp()
        self.content = data(3_000_000)
        self.put("n", self.content, "--compress=off")

    def test_ranges_count_from_0_and_include_both_ends(self):
        last = len(self.content) - 1
        ends = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 4 * CHUNK_BYTES, 1_000_000, last - 1, last]
        for first in ends:
            for end in ends:
                if first <= end:
                    got = self.get("n", f"--range={first}-{end}")
                    self.assertEqual(got, self.content[first : end + 1], (first, end))

    def test_a_range_may_reach_past_the_end(self):
        self.assertEqual(self.get("n", "--range=2999990-9999999"), self.content[-10:])
        self.assertEqual(self.get("n", f"--range=2999990-{2**64 - 1}"), self.content[-10:])
        self.assertEqual(self.get("n", "--range=2999990-"), self.content[-10:])

    def test_a_range_beyond_the_end_fails(self):
        out = self.root / "out"
        self.fail_with("get", *self.owner(), "n", "--range=3000001-", "--out", out)
        self.assertFalse(out.exists())

    def test_ranges_of_compressed_and_of_bound_objects(self):
        text = b"".join(b"line %d\n" % i for i in range(300_000))
        for options in (["--compress=auto"], ["--bound"], ["--bound", "--compress=off"]):
            self.put("text", text, *options)
            for first, last in ((0, 9), (131_000, 132_000), (2_000_000, 2_100_000)):
                got = self.get("text", f"--range={first}-{last}")
                self.assertEqual(got, text[first : last + 1], options)

    def test_a_range_needs_only_the_cells_that_cover_it(self):
        first = 2 * CHUNK_BYTES + 100
        shards = self.blobs(100_000)
        self.assertEqual(len(shards), 6)
        # Chunk 2 is column 2 of stripe 0: a range inside it is read from one shard,
        # whatever has become of all the others' cells.
        faults_of = {}
        for kept in shards:
            originals = {b: b.read_bytes() for b in shards if b != kept}
            for blob, content in originals.items():
                blob.write_bytes(content[:1024] + bytes(len(content) - 1056) + content[-32:])
            result = self.shadw(
                "get", *self.owner(), "n", f"--range={first}-{first + 4095}", "--out=-"
            )
            faults_of[kept] = (result.code, result.out, result.err)
            for blob, content in originals.items():
                blob.write_bytes(content)
        good = [r for r in faults_of.values() if r == (0, self.content[first : first + 4096], "")]
        self.assertEqual(len(good), 1)
        self.assertTrue(all(code == 1 for code, _, _ in faults_of.values() if code != 0))


if __name__ == "__main__":
    unittest.main()
