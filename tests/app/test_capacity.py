# SPDX-License-Identifier: Apache-2.0
"""shadw capacity: measure, prove, verify."""

from harness import FAILED, USAGE, AppTest, flip

NODE, OTHER, DRAWN = "01" * 32, "02" * 32, "07" * 32


class Capacity(AppTest):
    def make(self, name: str = "plot", *options: str, **how):
        plot = self.root / name
        result = self.succeed(
            *("capacity", "prove", plot, "--make=64KiB", f"--node={NODE}", "--openings=4"),
            *("--out", self.root / "first", "--json", *(options or [f"--challenge={DRAWN}"])),
            **how,
        )
        return plot, result

    def verify(self, code, proof, *options):
        commitment = self.root / "plot.commitment"
        return self.expect(code, "capacity", "verify", commitment, proof, "--json", *options).json

    def test_a_plot_is_made_proved_and_verified(self):
        plot, made = self.make()
        self.assertEqual(made.json["plot_bytes"], 65536)
        self.assertEqual(made.json["node"], NODE)
        first = self.verify(0, self.root / "first", f"--challenge={DRAWN}", "--openings=4")
        self.assertEqual((first["accepted"], first["kind"]), (True, "origin"))
        proof = self.root / "proof"
        drawn = [f"--challenge={DRAWN}", "--epoch=7"]
        text = self.succeed("capacity", "prove", plot, *drawn, "--out", proof).out.decode()
        self.assertIn("64.0 KiB", text)
        self.assertTrue(self.verify(0, proof, *drawn)["accepted"])
        self.assertTrue(self.verify(0, proof, *drawn, f"--node={NODE}")["accepted"])

    def test_verify_fails_for_another_epoch_challenge_node_or_a_damaged_proof(self):
        plot, _ = self.make()
        proof = self.root / "proof"
        drawn = [f"--challenge={DRAWN}", "--epoch=7"]
        self.succeed("capacity", "prove", plot, *drawn, "--out", proof)
        for options in (
            [f"--challenge={DRAWN}", "--epoch=8"],
            [f"--challenge={OTHER}", "--epoch=7"],
            [*drawn, f"--node={OTHER}"],
            [*drawn, "--openings=31"],
        ):
            verdict = self.verify(FAILED, proof, *options)
            self.assertFalse(verdict["accepted"])
            self.assertIn("need", verdict["why_not"])
        flip(proof, 100)
        self.assertFalse(self.verify(FAILED, proof, *drawn)["accepted"])

    def test_the_challenge_can_come_after_the_commitment_was_told(self):
        _, made = self.make("plot", "--challenge=-", stdin=DRAWN.encode() + b"\n")
        told = made.out.splitlines()[0].decode()
        commitment = (self.root / "plot.commitment").read_bytes().hex()
        self.assertIn(commitment, told)
        self.assertTrue(
            self.verify(0, self.root / "first", f"--challenge={DRAWN}", "--openings=4")["accepted"]
        )

    def test_a_damaged_plot_proves_nothing(self):
        plot, _ = self.make()
        for offset in range(4096, 4096 + 65536, 8192):
            flip(plot, offset)
        result = self.fail_with(
            "capacity", "prove", plot, f"--challenge={DRAWN}", "--out", self.root / "proof"
        )
        self.assertIn("need those the plot was made with", result.err)
        self.assertFalse((self.root / "proof").exists())

    def test_a_plot_is_never_written_over(self):
        plot, _ = self.make()
        before = plot.read_bytes()
        self.fail_with(
            *("capacity", "prove", plot, "--make=64KiB", f"--node={OTHER}"),
            *(f"--challenge={DRAWN}", "--out", self.root / "again"),
        )
        self.assertEqual(plot.read_bytes(), before)

    def test_what_fails_leaves_nothing_behind(self):
        make = ["capacity", "prove", "--make=64KiB", f"--node={NODE}", self.root / "p"]
        before = sorted(self.root.rglob("*"))
        out = ["--out", self.root / "o"]
        drawn = f"--challenge={DRAWN}"
        for options in (
            ["--challenge=xyz", *out],
            [drawn, "--out", self.root / "no" / "such"],
            [drawn, "--out", self.root / "p"],
            [drawn, "--out", self.root / "p.commitment"],
        ):
            self.fail_with(*make, *options)
            self.assertEqual(sorted(self.root.rglob("*")), before, options)
        for line in (b"", b"xyz\n"):
            self.fail_with(*make, "--challenge=-", *out, stdin=line)
            self.assertEqual(sorted(self.root.rglob("*")), before)

    def test_a_large_plot_is_not_begun_where_its_end_is_known_to_fail(self):
        make = ["capacity", "prove", self.root / "p", "--make=4GiB", f"--node={NODE}"]
        self.fail_with(*make, "--challenge=xyz", "--out", self.root / "o")
        self.fail_with(*make, f"--challenge={DRAWN}", "--out", self.root / "no" / "such")
        (self.root / "p").write_bytes(b"here")
        self.fail_with(*make, f"--challenge={DRAWN}", "--out", self.root / "o")

    def test_a_proof_does_not_replace_its_plot(self):
        plot, _ = self.make()
        before = plot.read_bytes()
        self.fail_with("capacity", "prove", plot, f"--challenge={DRAWN}", "--out", plot)
        self.assertEqual(plot.read_bytes(), before)

    def test_an_empty_text_is_not_an_absent_option(self):
        plot, _ = self.make()
        proof = self.root / "proof"
        out = ["--out", proof]
        self.fail_with("capacity", "prove", plot, "--challenge", "", *out, code=USAGE)
        self.succeed("capacity", "prove", plot, f"--challenge={DRAWN}", *out)
        verify = ["capacity", "verify", self.root / "plot.commitment", proof]
        self.fail_with(*verify, f"--challenge={DRAWN}", "--node", "", code=USAGE)
        self.fail_with(*verify, "--challenge", "", code=USAGE)
        self.fail_with("capacity", "measure", "--seed", "", code=USAGE)

    def test_verify_says_where_it_checked_no_owner(self):
        self.make()
        drawn = [f"--challenge={DRAWN}", "--openings=4"]
        first = self.root / "first"
        self.assertFalse(self.verify(0, first, *drawn)["owner_checked"])
        self.assertTrue(self.verify(0, first, *drawn, f"--node={NODE}")["owner_checked"])
        text = ["capacity", "verify", self.root / "plot.commitment", first, *drawn]
        self.assertIn(b"was not checked", self.succeed(*text).out)
        self.assertNotIn(b"was not checked", self.succeed(*text, f"--node={NODE}").out)

    def test_verify_says_that_a_small_plot_proves_nothing(self):
        self.make()
        drawn = [f"--challenge={DRAWN}", "--openings=4"]
        self.assertFalse(self.verify(0, self.root / "first", *drawn)["counts"])
        text = ["capacity", "verify", self.root / "plot.commitment", self.root / "first", *drawn]
        self.assertIn(b"too small to count", self.succeed(*text).out)

    def test_wrong_command_lines_say_what_is_needed(self):
        plot, out = self.root / "p", ["--out", self.root / "o"]
        make = ["capacity", "prove", plot, f"--challenge={DRAWN}", *out]
        self.fail_with(*make, "--make=64KiB", code=USAGE)
        self.fail_with("capacity", "prove", plot, *out, code=USAGE)
        self.fail_with("capacity", "measure", "--reference-compute=1", code=USAGE)
        for size in ("100KiB", "16KiB", "8GiB"):
            self.fail_with(*make, f"--make={size}", f"--node={NODE}")
        short = self.fail_with(*make, "--make=64KiB", "--node=12")
        self.assertIn("capacity: got 12 as a node id, need 64", short.err)
        self.fail_with("capacity", "prove", plot, "--challenge=xyz", *out)

    def test_measure_tells_the_median_and_a_score_only_with_references(self):
        plain = self.succeed("capacity", "measure", "--disk", self.root, "--json").json
        self.assertIsNone(plain["capacity"])
        runs = sorted(plain["cycles_per_s"])
        self.assertEqual(plain["median_cycles_per_s"], runs[2])
        self.assertGreaterEqual(plain["disk_reported_bytes"], plain["disk_taken_bytes"])
        references = ["--reference-compute=1e6", "--reference-storage=1e12", "--share=0.5"]
        scored = self.succeed("capacity", "measure", *references, "--json").json
        self.assertAlmostEqual(
            scored["overhead_cycles"], scored["median_cycles_per_s"] / 2, delta=1
        )
        score = scored["capacity"]
        self.assertAlmostEqual(score["total"], score["compute"] + score["storage"], places=9)
        self.assertTrue(0 <= score["index"] < 1)
        table = self.succeed("capacity", "measure", *references).out.decode()
        self.assertRegex(table, r"(?m)^hash chain +\d+ steps/s")
