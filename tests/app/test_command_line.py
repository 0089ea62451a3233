# SPDX-License-Identifier: Apache-2.0
"""How the program is spoken to and how it answers: exit codes, JSON, messages."""

import json
import os
import pty
import shutil
import subprocess

from harness import BINARY, FAILED, USAGE, AppTest, data


class CommandLine(AppTest):
    def usage(self, *arguments):
        result = self.fail_with(*arguments, code=USAGE)
        self.assertEqual(result.out, b"")
        return result.err

    def test_nothing_to_do_is_a_usage_error(self):
        self.usage()

    def test_an_unknown_command_is_a_usage_error(self):
        self.assertIn("there is no command frobnicate", self.usage("frobnicate"))

    def test_an_unknown_option_is_a_usage_error(self):
        self.usage("list", *self.owner(), "--colour")

    def test_a_whole_number_has_no_sign_and_no_more_than_64_bits(self):
        curve = ["price", "curve", "--points=0,0,0,0.000000001"]
        trade = ["price", "sell", "--points=1,2,4,8", "--max-supply=1000"]
        prove = ["capacity", "prove", "plot", "--challenge=00", "--out=o"]
        for verb, option in (
            (curve, "--max-supply"),
            ([*curve, "--max-supply=5"], "--steps"),
            ([*trade, "--units=1"], "--supply"),
            ([*trade, "--supply=1"], "--units"),
            ([*trade, "--supply=1", "--units=1"], "--fee-bps"),
            (["price", "emission"], "--initial-reward"),
            (["price", "emission"], "--halve-every"),
            (["price", "emission"], "--tail"),
            (["price", "emission"], "--eras"),
            (prove, "--epoch"),
            (prove, "--openings"),
            (prove, "--make"),
            (["capacity", "verify", "c", "p", "--challenge=00"], "--epoch"),
            (["capacity", "measure"], "--deadline"),
            (["durability", "--code=10+4", "--node-life=6mo"], "--repair-at"),
            (["put", *self.owner(), "file"], "--lease"),
            (["put", *self.owner(), "file"], "--threads"),
            (["rotate", *self.owner(), "name"], "--shard"),
            (["dht", "stats"], "--timeout"),
            (["dht", "node"], "--for"),
            (["dht", "put", "value"], "--quorum"),
            (["dht", "announce", "00"], "--port"),
            (["dht", "publish", "label", "--key=k", "--address=h:1"], "--expires-in"),
        ):
            for number in ("-1", "-18446744073709551615", "18446744073709551616"):
                for spelled in ([f"{option}={number}"], [option, number]):
                    self.assertIn(option, self.usage(*verb, *spelled))

    def test_help_of_every_command_exits_with_0(self):
        commands = (
            "keygen put get list info verify repair compact rotate remove recover share".split()
        )
        overall = self.succeed("--help").out.decode()
        for command in commands:
            self.assertIn(command, overall)
            own = self.succeed(command, "--help").out.decode()
            self.assertIn("--json", own)
            self.assertRegex(own, rf"Examples?\b.*:\n  \(?.*shadw {command} ")
            self.assertLessEqual(max(map(len, own.splitlines())), 100)
            self.assertIn(f"shadw {command} --help says more", self.usage(command))
        self.assertRegex(self.succeed("--version").out.decode(), r"^shadw \d+\.\d+\.\d+\n$")

    def test_what_is_missing_is_a_usage_error(self):
        self.usage("keygen")
        self.usage("put", *self.owner())
        self.usage("put", *self.store_options(), "file")
        self.usage("put", f"--key={self.key}", "file")
        self.usage("put", *self.owner(), "-")  # standard input has no name
        self.usage("get", *self.owner(), "name")
        self.usage("get", *self.owner(), "--out=x")
        self.usage("verify", *self.store_options(), "name")
        self.usage("share", f"--key={self.key}", "name")
        self.usage("recover", *self.owner())

    def test_values_out_of_range_are_usage_errors(self):
        for code in ("10", "0+4", "200+100", "10+4x", "-1+2", ""):
            self.usage("put", *self.owner(), f"--code={code}", "file")
        for byte_range in ("5", "9-3", "a-b", "-5", "1-2-3", "99999999999999999999-", ""):
            self.usage("get", *self.owner(), "x", "--out=y", f"--range={byte_range}")
        self.usage("put", *self.owner(), "--compress=yes", "file")
        self.usage("put", *self.owner(), "--audit=maybe", "file")
        self.usage("share", f"--key={self.key}", "x", "--right=write")
        self.usage("rotate", *self.owner(), "x", "--shard=first")
        for threads in ("0", "257", "-1", "two"):
            self.usage("put", *self.owner(), f"--threads={threads}", "file")
            self.usage("get", *self.owner(), "x", "--out=y", f"--threads={threads}")

    def test_a_key_and_a_capability_exclude_each_other(self):
        self.usage("get", *self.owner(), "--cap=x", "n", "--out=y")

    def test_only_an_owner_can_put_list_remove_and_recover(self):
        commands = ["put file", "put -r file", "get -r --out=o", "list", "remove n", "compact"]
        for command in [*commands, "recover --out=o"]:
            self.usage(*command.split(), "--cap=x", *self.store_options())

    def test_where_standard_output_has_the_object_json_is_the_last_line_on_standard_error(self):
        self.put("n", b"content\n")
        self.lose(0)
        get = ["get", *self.owner(), "--json", "--out", "-"]
        result = self.succeed(*get, "n")
        self.assertEqual(result.out, b"content\n")
        described = json.loads(result.err.splitlines()[-1])
        self.assertEqual((described["name"], described["bytes"]), ("n", 8))
        self.assertEqual(described["warnings"], [f"store {self.stores[0]} is missing"])
        for arguments, exit_code, code in ((["m"], FAILED, "not_found"), ([], USAGE, "usage")):
            result = self.expect(exit_code, *get, *arguments)
            self.assertEqual(result.out, b"")
            self.assertEqual(json.loads(result.err.splitlines()[-1])["error"]["code"], code)

    def test_every_command_prints_one_json_object(self):
        self.put("n", data(1000))
        out = self.root / "out"
        key = self.root / "second"
        runs = {
            "keygen": ["--out", key],
            "get": [*self.owner(), "n", "--out", out],
            "list": self.owner(),
            "info": [*self.owner(), "n"],
            "verify": [*self.owner(), "n"],
            "repair": [*self.owner(), "n"],
            "compact": self.owner(),
            "rotate": [*self.owner(), "n"],
            "share": [*self.owner(), "n", "--right=read"],
            "recover": [*self.owner(), "--out", self.root / "recovered"],
            "remove": [*self.owner(), "n"],
        }
        expected = {
            "keygen": {"key", "fingerprint"},
            "get": {"name", "out", "sequence", "version", "bytes", "object_bytes", "faults"},
            "list": {"objects"},
            "info": {"name", "code", "segments", "mode", "mtime_ns", "bound", "object_bytes"},
            "verify": {"whole", "faults", "shards_expected", "shards_whole"},
            "repair": {"shards_rebuilt", "shards_removed", "heads_written"},
            "compact": {"packs_rewritten", "packs_removed", "bytes_before", "bytes_after"},
            "rotate": {"shards_rotated", "bytes_written"},
            "share": {"right", "capability", "name"},
            "recover": {"files_scanned", "shards_found", "restored", "objects"},
            "remove": {"name"},
        }
        for command, arguments in runs.items():
            result = self.succeed(command, *arguments, "--json")
            self.assertTrue(result.out.endswith(b"}\n"), command)
            self.assertEqual(result.out.count(b"\n"), 1, command)
            self.assertLessEqual(expected[command], result.json.keys(), command)

    def test_a_failure_is_one_json_object_with_a_code(self):
        self.put("n", b"x")
        failures = {
            "not_found": ["get", *self.owner(), "other", "--out", self.root / "o"],
            "already_exists": ["keygen", "--out", self.key],
            "invalid_argument": ["info", "--cap=shadw-read-1-nonsense", *self.store_options()],
            "unavailable": ["list", f"--key={self.key}", "--store", self.root / "nowhere"],
            "resource_exhausted": ["put", *self.owner(self.stores[:5]), "--code=4+2", self.key],
        }
        for code, arguments in failures.items():
            result = self.fail_with(*arguments, "--json")
            self.assertEqual(result.json["error"]["code"], code)
            self.assertIn(result.json["error"]["message"], result.err)

    def test_usage_errors_are_json_too(self):
        result = self.fail_with("get", "--json", code=USAGE)
        self.assertEqual(result.json["error"]["code"], "usage")

    def test_errors_leave_standard_output_alone(self):
        result = self.fail_with("list", f"--key={self.key}", "--store", self.root / "nowhere")
        self.assertEqual(result.out, b"")

    def test_a_missing_store_is_a_warning_also_in_json(self):
        self.put("n", b"x")
        self.lose(0)
        result = self.succeed("get", *self.owner(), "n", "--out", self.root / "o", "--json")
        warning = f"store {self.stores[0]} is missing"
        self.assertIn(f"shadw: warning: {warning}\n", result.err)
        self.assertIn(warning, result.json["warnings"])
        self.assertFalse(self.stores[0].exists())

    def test_somebody_elses_directory_is_no_store_and_stays_as_it_is(self):
        foreign = self.root / "documents"
        foreign.mkdir()
        (foreign / "letter").write_text("mine")
        file = self.write("f", b"x")
        stores = [*self.stores, foreign]
        result = self.succeed("put", *self.owner(stores), f"--code={self.code}", file)
        self.assertIn(f"store {foreign} is left out", result.err)
        self.assertEqual([p.name for p in foreign.iterdir()], ["letter"])

    def test_a_store_given_twice_and_a_copy_of_one_are_left_out_with_a_warning(self):
        self.put("n", b"old")
        copy = self.root / "copy"
        shutil.copytree(self.stores[2], copy)
        first, third = self.stores[0], self.stores[2]
        stores = [*self.stores, first, copy]
        file = self.write("n", b"new")
        for arguments in (
            ["put", *self.owner(stores), f"--code={self.code}", file],
            ["get", *self.owner(stores), "n", "--out", self.root / "out"],
        ):
            result = self.succeed(*arguments, "--json")
            warnings = [
                f"store {second} is left out: it is the same node as {original}, "
                "given twice or a copy"
                for second, original in ((first, first), (copy, third))
            ]
            self.assertEqual(result.json["warnings"], warnings)
            self.assertEqual(result.err.count("shadw: warning: "), 2)
        self.assertEqual((self.root / "out").read_bytes(), b"new")

    def test_a_copy_stands_in_for_a_store_that_is_missing(self):
        self.put("n", b"x")
        shutil.copytree(self.stores[0], self.root / "copy")
        self.lose(0)
        stores = [*self.stores, self.root / "copy"]
        result = self.succeed("verify", *self.owner(stores), "n")
        self.assertEqual(result.err, f"shadw: warning: store {self.stores[0]} is missing\n")

    def test_control_characters_in_names_do_not_reach_the_terminal(self):
        name = "a\x1b[2Jb\nc\\d"
        self.put(name, b"x")
        listed = self.succeed("list", *self.owner()).out
        self.assertNotIn(b"\x1b", listed)
        self.assertEqual(listed.count(b"\n"), 1)
        self.assertIn(rb"a\x1b[2Jb\x0ac\x5cd", listed)
        objects = self.succeed("list", *self.owner(), "--json").json["objects"]
        self.assertEqual([o["name"] for o in objects], [name])

    def test_a_name_that_is_no_utf8_is_also_given_in_hex(self):
        name = b"caf\xe9"
        self.succeed("put", *self.owner(), f"--code={self.code}", b"--name=" + name, "-", stdin=b"x")
        listed = self.succeed("list", *self.owner(), "--json").json["objects"]
        self.assertEqual([bytes.fromhex(o["name_hex"]) for o in listed], [name])
        self.assertEqual(self.succeed("get", *self.owner(), name, "--out=-").out, b"x")

    def test_a_progress_bar_is_drawn_on_a_terminal_and_nowhere_else(self):
        file = self.write("f", data(32 << 20))
        command = ["put", *self.owner(), f"--code={self.code}", file]
        self.assertEqual(self.succeed(*command).err, "")
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            [BINARY, *map(os.fspath, command)], stderr=follower, stdout=subprocess.PIPE
        )
        os.close(follower)
        drawn = b""
        try:
            while chunk := os.read(leader, 65536):
                drawn += chunk
        except OSError:
            pass  # the other end was closed
        os.close(leader)
        process.stdout.close()
        self.assertEqual(process.wait(), 0)
        self.assertRegex(drawn, rb"put \[[#.]{24}\] +\d+% .* sealed, .* sent, .* durable")
        self.assertTrue(drawn.endswith(b"\r\x1b[K"), drawn[-100:])

    def test_a_full_standard_output_is_a_failure(self):
        self.put("n", b"x")
        with open("/dev/full", "wb") as full:
            ran = subprocess.run([BINARY, "list", *self.owner()], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"shadw: ", ran.stderr)

    def test_secrets_are_not_in_any_message(self):
        seed = self.key.read_text().split()[1]
        capability = self.share_of_new_object()
        results = [
            self.shadw("info", *self.holder(capability[:-1] + "x")),
            self.shadw("info", *self.holder(capability)),
            self.shadw("list", *self.owner(), "--json"),
        ]
        broken = self.write("broken", f"shadw-key-1 {seed} 00000000\n".encode())
        results.append(self.shadw("list", f"--key={broken}", *self.store_options()))
        for result in results:
            for secret in (seed, capability.rsplit("-", 1)[1][:20]):
                self.assertNotIn(secret, result.err)
                self.assertNotIn(secret.encode(), result.out)

    def share_of_new_object(self) -> str:
        self.put("n", b"x")
        return self.share("n", "read")

    def test_json_is_utf8(self):
        self.put("ü 文", b"x")
        out = self.succeed("list", *self.owner(), "--json").out
        self.assertEqual(json.loads(out.decode())["objects"][0]["name"], "ü 文")
