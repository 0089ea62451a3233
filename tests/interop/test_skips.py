# SPDX-License-Identifier: Apache-2.0
"""What a test here does where no network namespace can be made: by itself it is skipped, in CI
it fails. A PATH without the program ip stands for such a machine."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from cases import SKIPPED

PROGRAM = pathlib.Path(__file__).parent / "test_probes.py"


class SkipsTest(unittest.TestCase):
    def code(self, **environment):
        with tempfile.TemporaryDirectory() as nothing:
            kept = {name: it for name, it in os.environ.items() if name != "CI"}
            done = subprocess.run(
                [sys.executable, "-B", PROGRAM],
                env={**kept, "PATH": nothing, **environment},
                capture_output=True,
                text=True,
            )
        self.assertIn("there is no program ip", done.stderr)
        return done.returncode

    def test_a_machine_without_namespaces_skips(self):
        self.assertEqual(self.code(), SKIPPED)

    def test_in_ci_it_fails(self):
        self.assertEqual(self.code(CI="true"), 1)


if __name__ == "__main__":
    unittest.main()
