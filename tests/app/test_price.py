# SPDX-License-Identifier: Apache-2.0
"""What `shadw price` says things cost, for people and for programs."""

import re

from harness import USAGE, AppTest

CURVE = ("--points", "1,2,4,8", "--max-supply", "1000")
TOKEN = 10**9


class Price(AppTest):
    def test_a_curve_is_a_table_in_tokens_and_base_units_in_json(self):
        text = self.succeed("price", "curve", *CURVE, "--steps", "2").out.decode()
        self.assertRegex(text, r"500 +3\.375 +1015\.625\n +1000 +8 +3750\n$")
        rows = self.succeed("price", "curve", *CURVE, "--steps", "2", "--json").json["rows"]
        middle = {"supply": 500, "price": 3_375_000_000, "cost": 1_015_625_000_000}
        self.assertEqual(rows[1], middle)

    def test_the_form_that_the_paper_prints_is_another_price(self):
        bought = self.succeed(
            "price", "buy", *CURVE, "--supply", "0", "--units", "1000", "--json",
            "--mode", "paper_literal")  # fmt: skip
        self.assertEqual(bought.json["cost"], 2_750 * TOKEN)

    def test_a_sale_pays_the_cost_less_its_fee(self):
        sold = self.succeed(
            "price", "sell", *CURVE, "--supply", "500", "--units", "500", "--fee-bps", "200",
            "--json")  # fmt: skip
        self.assertEqual(sold.json["refund"], 995_312_500_000)
        self.assertEqual(sold.json["refund"] + sold.json["fee"], 1_015_625_000_000)

    def test_what_is_more_than_there_is_is_refused(self):
        result = self.fail_with("price", "buy", *CURVE, "--supply", "900", "--units", "101")
        self.assertIn("need at most 100", result.err)
        for point in ("-1", "1e3", "0.0000000001", "nan", "99999999999", ""):
            points = ("--points", f"1,2,4,{point}", "--max-supply", "1000")
            result = self.shadw("price", "curve", *points)
            self.assertNotEqual(result.code, 0, point)

    def test_energy_and_transfers_have_their_prices(self):
        compute = ("--bit-ops", "1e12", "--flops", "2e12", "--joules-per-bit-op", "1e-12")
        priced = self.succeed(
            "price", "compute", *compute, "--joules-per-flop", "2e-11", "--tariff", "3.6e6", "--json"
        )
        self.assertAlmostEqual(priced.json["price"], 41, places=9)
        net = ("--megabytes", "100", "--seconds", "10", "--latency-ms", "20", "--ping-ms", "40")
        rates = ("--per-megabyte", ".02", "--per-second", ".001", "--per-latency-ms", ".005")
        targets = ("--per-ping-ms", ".002", "--target-latency-ms", "10", "--target-ping-ms", "20")
        priced = self.succeed("price", "bandwidth", *net, *rates, *targets, "--json")
        self.assertAlmostEqual(priced.json["price"], 1.92, places=12)
        self.assertAlmostEqual(priced.json["paper_literal"], 2.19, places=12)

    def test_an_invoice_rounds_each_line_once(self):
        usage = b"line,units,price,per_units\ncpu,1,1,3\ncpu,1,2,3\ndisk,10,7,1\ncpu,1,1,3\n"
        path = self.write("usage.csv", usage)
        invoice = self.succeed("price", "invoice", "--input", path, "--json").json
        self.assertEqual(invoice["total"], 2 + 70)
        self.assertEqual(invoice["lines"][0], {"name": "cpu", "units": 3, "amount": 2})

    def test_a_bad_row_is_named_by_row_column_and_reason(self):
        for rows, words in {
            "cpu,1,1,3\ncpu,-1,1,3": ("row 3", "column units", "got '-1'"),
            "cpu,1,1.5,3": ("row 2", "column price", "got '1.5'"),
            "cpu, 1,1,3": ("row 2", "column units", "got ' 1'"),
            '"cpu",1,1,3': ("row 2", "column line", "need no quotes"),
            "cpu,1,1,3,9": ("row 2", "column per_units", "got 5 columns"),
            "cpu,1,1,0": ("row 2", "column per_units", "0 units"),
            "cpu,1,1,3\ncpu,1,1,4": ("row 3", "column per_units", "need 3"),
            "cpu,1,1": ("row 2", "column per_units", "got 3 columns"),
            ",1,1,1": ("row 2", "column line", "no name"),
            "cpu,+7,1,1": ("row 2", "column units", "got '+7'"),
            "cpu,1, 5 ,1": ("row 2", "column price", "got ' 5 '"),
            "cpu,1,1,0x1": ("row 2", "column per_units", "got '0x1'"),
            "cpu,18446744073709551616,1,1": ("row 2", "column units"),
            "cpu,18446744073709551615,1,1\ncpu,1,1,1": ("row 3", "column units", "need units and a total below 2^64"),
        }.items():
            path = self.write("bad.csv", f"line,units,price,per_units\n{rows}\n".encode())
            result = self.fail_with("price", "invoice", "--input", path)
            for word in words:
                self.assertIn(word, result.err)
            self.assertEqual(result.out, b"")
        for header, column in (
            ("", "line"),
            ("a,b", "line"),
            ("line,units,price", "per_units"),
            ("line,price,units,per_units", "units"),
            ("line,units,price,per_units,more", "per_units"),
        ):
            path = self.write("no.csv", f"{header}\ncpu,1,1,1\n".encode())
            result = self.fail_with("price", "invoice", "--input", path)
            self.assertIn(f"price: row 1, column {column}: got ", result.err)
        result = self.fail_with("price", "invoice", "--input", self.write("no.csv", b""))
        self.assertIn("price: row 1, column line", result.err)

    def test_usage_of_other_systems_is_read(self):
        rows = b"line,units,price,per_units\ncpu,3,1,2\n"
        plain = self.succeed("price", "invoice", "--input", self.write("a", rows), "--json").json
        for other in (b"\xef\xbb\xbf" + rows, rows.replace(b"\n", b"\r\n"), rows[:-1]):
            path = self.write("b", other)
            read = self.succeed("price", "invoice", "--input", path, "--json").json
            self.assertEqual(read, plain)

    def test_a_line_of_2_to_the_63_and_more_is_charged(self):
        path = self.write("a", f"line,units,price,per_units\ncpu,{2**64 - 1},1,1\n".encode())
        invoice = self.succeed("price", "invoice", "--input", path, "--json").json
        self.assertEqual(invoice["total"], 2**64 - 1)
        both = path.read_bytes() + b"disk,1,1,1\n"
        result = self.fail_with("price", "invoice", "--input", self.write("b", both))
        self.assertIn("price: got an invoice of 2^64", result.err)

    def test_a_price_that_is_no_number_of_tokens_is_refused_by_its_option(self):
        points = ["--points", "1,2,x,8", "--max-supply", "9"]
        result = self.fail_with("price", "curve", *points)
        self.assertIn("price: got --points 'x', need tokens", result.err)

    def test_a_row_without_an_end_is_not_read_to_its_end(self):
        result = self.fail_with("price", "invoice", "--input", "/dev/zero")
        self.assertIn("a row of over 65536 bytes", result.err)

    def test_every_option_has_its_help(self):
        for verb in ("compute", "bandwidth"):
            text = self.succeed("price", verb, "--help").out.decode()
            options = re.findall(r"(?m)^  (--\S+) FLOAT( \(required\))?\s+(\S)", text)
            self.assertGreater(len(options), 5)
            for option, _, help_begins in options:
                self.assertRegex(help_begins, "[A-Z]", option)

    def test_emission_ends_just_below_twenty_one_million(self):
        rows = self.succeed("price", "emission", "--eras", "40", "--json").json["rows"]
        self.assertEqual(rows[36], {"block": 7_560_000, "reward": 0, "supply": 20999999996850000})
        self.assertEqual(rows[1]["reward"], 25 * TOKEN)

    def test_a_price_of_nothing_is_a_usage_error(self):
        self.assertEqual(self.shadw("price").code, USAGE)
        self.assertEqual(self.shadw("price", "curve").code, USAGE)
