#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a page for each module of formulas, out of its headers and its plotted examples.

python examples/formulas/make_pages.py --out build/formulas
"""

import argparse
import os
import pathlib
import sys

from check import read
from headers import FormulaError
from pages import index_page, module_page

TREE = pathlib.Path(__file__).resolve().parents[2]
MODULES = ("econ", "reputation", "capacity", "telemetry")


def make(tree: pathlib.Path, out: pathlib.Path, names: list[str]) -> list[pathlib.Path]:
    """Nothing is written before everything was checked."""
    modules, faults = [], []
    for name in names:
        try:
            modules.append(read(tree, name))
        except FormulaError as error:
            faults.append(str(error))
    if faults:
        raise FormulaError("\n".join(faults))
    out.mkdir(parents=True, exist_ok=True)
    to_tree = pathlib.PurePath(os.path.relpath(tree, out)).as_posix()
    pages = {"index": index_page(modules)}
    pages |= {one.name: module_page(one, to_tree, names) for one in modules}
    for name, text in pages.items():
        (out / f"{name}.html").write_text(text, encoding="utf-8")
    return [out / f"{name}.html" for name in pages]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=pathlib.Path, default=TREE / "build" / "formulas")
    parser.add_argument("--tree", type=pathlib.Path, default=TREE, help="whose headers are read")
    parser.add_argument("modules", nargs="*", metavar="module", help="all unless named")
    asked = parser.parse_args()
    try:
        pages = make(asked.tree.resolve(), asked.out.resolve(), asked.modules or list(MODULES))
    except FormulaError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(pages)} pages: {pages[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
