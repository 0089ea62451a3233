#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_tree.py ROOT: the rules of the house that no compiler knows.

Prints `path:line: rule: message` for each violation and exits with 1 where there is
one. self_test.py shows that each rule can fail.
"""

import pathlib
import sys

from functions import check_functions
from modules import check_declarations, check_includes, read_modules
from source import Finding, read_tree
from words import check_bans, check_headings, check_markers


def check_tree(root: pathlib.Path) -> list[Finding]:
    sources = read_tree(root)
    modules = read_modules(sources)
    return sorted(
        check_declarations(sources, modules)
        + check_includes(sources, modules)
        + check_functions(sources)
        + check_bans(sources)
        + check_markers(sources)
        + check_headings(sources, modules),
        key=lambda finding: (finding.path, finding.line, finding.rule),
    )


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    findings = check_tree(root)
    for finding in findings:
        print(finding)
    print(f"tidy: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
