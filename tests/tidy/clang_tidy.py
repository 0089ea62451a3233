#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang_tidy.py ROOT BUILD: clang-tidy over libshadw/ with the list of .clang-tidy.

BUILD holds compile_commands.json. A file that passed is not looked at again until it,
a header of the tree, its command, the list or clang-tidy itself changes.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys


def headers_of(source: pathlib.Path, root: pathlib.Path) -> list[pathlib.Path]:
    """`source` and every file of the tree that it includes, directly or not."""
    seen: dict[pathlib.Path, None] = {source: None}
    pending = [source]
    while pending:
        text = pending.pop().read_text(encoding="utf-8")
        for name in re.findall(r'^#include "(libshadw/[^"]+)"', text, re.MULTILINE):
            path = root / name
            if path not in seen and path.is_file():
                seen[path] = None
                pending.append(path)
    return list(seen)


def fingerprint(source: pathlib.Path, root: pathlib.Path, common: str) -> str:
    digest = hashlib.sha256(common.encode())
    for path in headers_of(source, root):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def check(source: pathlib.Path, build: pathlib.Path) -> str:
    """What clang-tidy has to say about `source`; nothing where it passes."""
    # The commands may be those of GCC, whose warnings clang does not know.
    unknown = "--extra-arg=-Wno-unknown-warning-option"
    run = subprocess.run(
        ["clang-tidy", "--quiet", unknown, "-p", str(build), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr if run.returncode else ""


def main() -> int:
    root, build = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
    cache = build / "tidy-passed"
    cache.mkdir(exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    listed = (root / ".clang-tidy").read_text(encoding="utf-8")

    pending: dict[str, pathlib.Path] = {}
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    total = 0
    for command in commands:
        source = (pathlib.Path(command["directory"]) / command["file"]).resolve()
        if not source.is_relative_to(root / "libshadw"):
            continue
        total += 1
        mark = fingerprint(source, root, f"{version!r}{listed}{command['command']}")
        if not (cache / mark).exists():
            pending[mark] = source

    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda source: check(source, build), pending.values())
        for mark, output in zip(pending, results, strict=True):
            if output:
                failures += 1
                print(output, flush=True)
            else:
                (cache / mark).touch()
    print(f"clang-tidy: {total} files, {len(pending)} looked at, {failures} with findings")
    return 1 if failures or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
