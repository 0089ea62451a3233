# SPDX-License-Identifier: Apache-2.0
"""The key file, and capabilities as files."""

import os
import stat

from harness import AppTest


class Keys(AppTest):
    def test_keygen_prints_a_fingerprint_and_no_secret(self):
        result = self.succeed("keygen", "--out", self.root / "new")
        self.assertRegex(result.out.decode(), r"^fingerprint [0-9a-f]{16}\n$")
        seed = (self.root / "new").read_text().split()[1]
        self.assertNotIn(seed, result.out.decode() + result.err)

    def test_a_key_file_is_one_line_of_text_for_its_owner_alone(self):
        old_mask = os.umask(0)
        self.addCleanup(os.umask, old_mask)
        path = self.root / "new"
        self.succeed("keygen", "--out", path)
        self.assertRegex(path.read_text(), r"^shadw-key-1 [0-9a-f]{64} [0-9a-f]{8}\n$")
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)

    def test_two_keys_differ_in_everything(self):
        results = [self.succeed("keygen", "--out", self.root / n, "--json").json for n in "ab"]
        texts = [(self.root / n).read_text() for n in "ab"]
        self.assertNotEqual(texts[0], texts[1])
        self.assertNotEqual(results[0]["fingerprint"], results[1]["fingerprint"])

    def test_keygen_never_overwrites(self):
        before = self.key.read_bytes()
        result = self.fail_with("keygen", "--out", self.key)
        self.assertIn("exists", result.err)
        self.assertEqual(self.key.read_bytes(), before)
        empty = self.write("empty", b"")
        self.fail_with("keygen", "--out", empty)
        self.assertEqual(empty.read_bytes(), b"")

    def test_keygen_does_not_follow_a_link_to_nowhere(self):
        link = self.root / "link"
        link.symlink_to(self.root / "target")
        self.fail_with("keygen", "--out", link)
        self.assertFalse((self.root / "target").exists())

    def test_keygen_into_a_missing_directory_fails_clearly(self):
        result = self.fail_with("keygen", "--out", self.root / "no" / "key")
        self.assertIn("No such file or directory", result.err)

    def test_a_key_without_its_newline_or_with_spaces_after_it_is_the_same_key(self):
        self.put("n", b"content")
        text = self.key.read_text().strip()
        for ending in ("", "\r\n", "  \n\n"):
            self.key.write_text(text + ending)
            self.assertEqual(self.get("n"), b"content")

    def test_a_mistyped_key_is_refused(self):
        prefix, seed, checksum = self.key.read_text().split()
        other = "0" if seed[0] != "0" else "1"
        for text in (
            f"{prefix} {other}{seed[1:]} {checksum}",
            f"{prefix} {seed} {checksum[::-1]}x"[:-1],
            f"{prefix} {seed[1:]}{seed[0]} {checksum}",
            f"{prefix} {seed}",
            f"{prefix} {seed} {checksum} {checksum}",
            f"{prefix} {'g' * 64} {checksum}",
            "",
            "\n",
            "hello",
            "x" * 5000,
        ):
            if text == self.key.read_text().strip():
                continue  # a checksum that reads the same backwards
            path = self.write("typed", text.encode())
            path.chmod(0o600)
            result = self.fail_with("list", f"--key={path}", *self.store_options())
            self.assertNotIn(seed[:20], result.err)

    def test_a_key_of_a_later_version_is_told_apart_from_a_broken_one(self):
        path = self.write("later", self.key.read_bytes().replace(b"key-1", b"key-2"))
        path.chmod(0o600)
        result = self.fail_with("list", f"--key={path}", *self.store_options(), "--json")
        self.assertEqual(result.json["error"]["code"], "unimplemented")

    def test_a_missing_key_is_named_and_makes_no_store(self):
        result = self.fail_with("put", f"--key={self.root}/none", *self.store_options(), self.key)
        self.assertIn(f"{self.root}/none", result.err)
        self.assertFalse(any(store.exists() for store in self.stores))

    def test_a_key_that_others_can_read_is_warned_about_and_works(self):
        self.put("n", b"content")
        self.key.chmod(0o644)
        result = self.succeed("get", *self.owner(), "n", "--out=-")
        self.assertIn("chmod 600", result.err)
        self.assertEqual(result.out, b"content")

    def test_a_key_can_come_through_a_pipe(self):
        self.put("n", b"content")
        result = self.succeed(
            "get",
            "--key=/dev/stdin",
            *self.store_options(),
            "n",
            "--out=-",
            stdin=self.key.read_bytes(),
        )
        self.assertEqual((result.out, result.err), (b"content", ""))

    def test_another_vaults_key_finds_nothing(self):
        self.put("n", b"content")
        self.succeed("keygen", "--out", self.root / "other")
        other = [f"--key={self.root}/other", *self.store_options()]
        self.fail_with("get", *other, "n", "--out=-")
        self.assertEqual(self.succeed("list", *other, "--json").json["objects"], [])

    def test_a_capability_can_be_read_from_a_file(self):
        self.put("n", b"content")
        path = self.write("cap", self.share("n", "read").encode() + b"\n")
        path.chmod(0o600)
        result = self.succeed("get", *self.holder(f"@{path}"), "--out=-")
        self.assertEqual((result.out, result.err), (b"content", ""))

    def test_a_mistyped_capability_is_refused(self):
        self.put("n", b"content")
        capability = self.share("n", "read")
        for text in (
            capability[:-1],
            capability + "a",
            capability.replace("read", "verify"),
            capability.upper(),
            "shadw-read-1-",
            "x",
        ):
            self.fail_with("get", *self.holder(text), "--out=-")
