# SPDX-License-Identifier: Apache-2.0
"""run_one.py SCRIPT METHOD: runs one test of a script. Exit code 77 says skipped, with
the reason on standard output."""

import importlib.util
import pathlib
import sys
import unittest


def load(script: pathlib.Path) -> unittest.TestSuite:
    sys.path.insert(0, str(script.parent))
    spec = importlib.util.spec_from_file_location(script.stem, script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def cases(suite: unittest.TestSuite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from cases(test)
        else:
            yield test


def main(script: str, method: str) -> int:
    chosen = [t for t in cases(load(pathlib.Path(script))) if t.id().endswith(f".{method}")]
    if len(chosen) != 1:
        print(f"run_one: got {len(chosen)} tests named {method}, need 1")
        return 1
    result = unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(chosen))
    if result.skipped:
        print("skipped:", "; ".join(reason for _, reason in result.skipped))
        return 77
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
