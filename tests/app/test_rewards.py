# SPDX-License-Identifier: Apache-2.0
"""Rewards of a ledger, and how likely objects are lost."""

import math

from harness import USAGE, AppTest


class Rewards(AppTest):
    def ledger(self, text: str):
        return self.write("ledger.csv", text.encode())

    def rewards(self, text: str, *options: str) -> dict:
        arguments = ["rewards", "--input", self.ledger(text), "--pool", "50", "--json"]
        return self.succeed(*arguments, *options).json

    def test_a_pool_is_split_by_the_roots_of_reputations(self):
        ledger = "id,reputation\nann,2\nbob,3\ncy,5\n"
        burned = self.rewards(ledger, "--remainder", "burn")
        self.assertEqual(
            [one["reward"] for one in burned["rewards"]],
            [13137553304, 16090151033, 20772295662],
        )
        self.assertEqual((burned["paid"], burned["burned"]), (49999999999, 1))
        paid = self.rewards(ledger)
        self.assertEqual(sum(one["reward"] for one in paid["rewards"]), 50 * 10**9)

    def test_the_table_says_where_every_unit_went(self):
        path = self.ledger("id,reputation\r\nann,100\r\nbob,400\r\ncy,900\r\n")
        result = self.succeed("rewards", "--input", path, "--pool", "50", "--remainder", "burn")
        self.assertIn("ann", result.out.decode())
        self.assertIn("8.333333333", result.out.decode())
        self.assertTrue(
            result.out.decode().endswith(
                "paid 49.999999999, burned 0.000000001, carried 0 "
                "of 50 tokens to 3 participants\n"
            )
        )

    def test_strangers_get_nothing_but_to_bootstrap(self):
        ledger = "id,reputation\nann,0\nbob,0\n"
        self.assertEqual(self.rewards(ledger)["carried"], 50 * 10**9)
        self.assertEqual(self.rewards(ledger, "--bootstrap")["paid"], 50 * 10**9)

    def test_a_bad_row_names_row_column_and_reason_and_changes_nothing(self):
        out = self.write("out.csv", b"what was there")
        for row, column, line in (
            (3, "reputation", "bob,-1"),
            (3, "reputation", "bob,1.5"),
            (3, "reputation", "bob,18446744073709551616"),
            (3, "reputation", "bob"),
            (3, "reputation", "bob,1,2"),
            (3, "reputation", "bob, 1"),
            (3, "reputation", "bob,nan"),
            (3, "id", ",5"),
            (3, "id", ""),
            (3, "id", '"bob",5'),
            (3, "id", "ann,5"),
        ):
            path = self.ledger(f"id,reputation\nann,1\n{line}\ncy,3\n")
            result = self.fail_with("rewards", "--input", path, "--pool", "50", "--out", out)
            self.assertIn(f"in row {row}, column {column}, need ", result.err, line)
            self.assertEqual(out.read_bytes(), b"what was there")
        for text, column in (
            ("", "id"),
            ("id\nann\n", "reputation"),
            ("reputation,id\nann,1\n", "id"),
            ("id,reputation,more\nann,1,2\n", "reputation"),
            ("id, reputation\nann,1\n", "reputation"),
        ):
            path = self.ledger(text)
            result = self.fail_with("rewards", "--input", path, "--pool", "50", "--out", out)
            self.assertIn(f"in row 1, column {column}, need the header id,reputation", result.err)
        path = self.ledger("id,reputation\n")
        result = self.fail_with("rewards", "--input", path, "--pool", "50", "--out", out)
        self.assertIn("no row below the header", result.err)
        self.assertEqual(out.read_bytes(), b"what was there")

    def test_files_of_other_systems_are_read(self):
        paid = self.rewards("id,reputation\nann,1\nbob,4\n")
        for text in (
            "\ufeffid,reputation\nann,1\nbob,4\n",
            "id,reputation\r\nann,1\r\nbob,4\r\n",
            "\ufeffid,reputation\r\nann,1\r\nbob,4",
        ):
            self.assertEqual(self.rewards(text), paid)

    def test_the_largest_reputations_are_counted(self):
        paid = self.rewards(f"id,reputation\nann,{2**64 - 1}\nbob,{2**63}\ncy,{2**63}\n")
        self.assertEqual(paid["rewards"][0]["reputation"], 2**64 - 1)
        self.assertEqual(sum(one["reward"] for one in paid["rewards"]), 50 * 10**9)

    def test_the_result_is_a_ledger_of_rewards(self):
        out = self.root / "rewards.csv"
        path = self.ledger("id,reputation\nann,1\nbob,4\n")
        self.succeed("rewards", "--input", path, "--pool", "0.000000003", "--out", out)
        self.assertEqual(out.read_text(), "id,reputation,reward\nann,1,1\nbob,4,2\n")

    def test_a_ledger_is_not_written_over_by_its_rewards(self):
        text = "id,reputation\nann,1\n"
        path = self.ledger(text)
        arguments = ["rewards", "--input", path, "--pool", "1"]
        self.assertIn("rewards: got --out", self.fail_with(*arguments, "--out", path).err)
        self.assertEqual(path.read_text(), text)
        self.expect(USAGE, *arguments, "--out", "")
        self.expect(USAGE, "rewards", "--input", "", "--pool", "1")

    def test_an_absurd_pool_is_refused(self):
        path = self.ledger("id,reputation\nann,1\n")
        for pool in ("-1", "nan", "1e3", ".", "1.", "0.0000000001", "18446744074"):
            result = self.fail_with("rewards", "--input", path, f"--pool={pool}")
            self.assertIn(f"rewards: got --pool '{pool}', need tokens", result.err)
        self.expect(USAGE, "rewards", "--input", path)


class Durability(AppTest):
    def models(self, *options: str) -> dict:
        found = self.succeed("durability", "--json", *options).json
        return {one["model"]: one for one in found["models"]}

    def test_lazy_repair_has_the_nines_of_the_literature(self):
        for code, life, repair_at, nines in (
            ("29+51", "6mo", 35, 5.4),
            ("29+51", "12mo", 35, 7.6),
            ("29+51", "182.5d", 52, 17.3),
        ):
            models = self.models(
                "--code", code, "--node-life", life, "--repair-at", str(repair_at)
            )
            self.assertAlmostEqual(models[f"markov, at {repair_at}"]["nines"], nines, delta=0.05)

    def test_every_model_is_named(self):
        life = f"{365 / 0.00405}d"
        models = self.models("--code", "17+3", "--node-life", life, "--repair-time", "6.5d")
        for name, loss in (
            ("binomial", 7.354e-12),
            ("binomial, linear", 7.355e-12),
            ("poisson", 1.012e-11),
        ):
            self.assertTrue(math.isclose(models[name]["annual_loss"], loss, rel_tol=1e-3), name)

    def test_what_fails_together_costs_nines(self):
        options = ["--code", "17+3", "--node-life", "10y"]
        alone = self.models(*options)["binomial"]["annual_loss"]
        groups = self.models(*options, "--group", "4@1e-4", "--group", "4@1e-4")
        self.assertGreater(groups["with groups"]["annual_loss"], 100 * alone)

    def test_the_table_is_for_eyes(self):
        lines = self.succeed("durability", "--code", "29+51", "--node-life", "6mo").out.decode()
        self.assertRegex(lines.splitlines()[0], r"^model +annual loss +nines$")
        self.assertIn("markov, at 79", lines)

    def test_nonsense_is_refused_by_name(self):
        for options, need in (
            (["--code", "29", "--node-life", "6mo"], "durability: got --code '29', need K+M"),
            (["--code", "0+1", "--node-life", "6mo"], "at least 1 of data"),
            (["--code", "29+51", "--node-life", "6"], "got --node-life '6', need a number"),
            (["--code", "29+51", "--node-life", "6mo", "--repair-time", "1"], "got --repair-time"),
            (["--code", "2+1", "--node-life", "6mo", "--group", "4"], "got --group"),
            (["--code", "29+51", "--node-life", "-6mo"], "a number and one of"),
            (["--code", "29+51", "--node-life", "6mo", "--repair-at", "20"], "data <= repair"),
            (["--code", "2+1", "--node-life", "6mo", "--group", "4@0.1"], "at most 3"),
            (["--code", "2+1", "--node-life", "6mo", "--group", "1@2"], "need 0 to 1"),
        ):
            self.assertIn(need, self.fail_with("durability", *options).err)
