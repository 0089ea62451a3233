# SPDX-License-Identifier: Apache-2.0
"""A vault on directories of the test's own, used through the program alone."""

import dataclasses
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

_TREE = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SHADW", str(_TREE / "build/dev/bin/shadw"))

DONE, FAILED, USAGE = 0, 1, 2
TIMEOUT_S = 300

# A blob file is the stored bytes and the hash of the token that deletes them.
TOKEN_HASH_BYTES = 32
HEADER_BYTES = 1024
CELL_BYTES = 32 * 1024
STORED_CELL_BYTES = CELL_BYTES + 16
CHUNK_BYTES = CELL_BYTES - 16


@dataclasses.dataclass(frozen=True)
class Result:
    code: int
    out: bytes
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


def data(size: int, seed: int = 1) -> bytes:
    """Bytes that do not compress, always the same."""
    return random.Random(seed).randbytes(size)


def flip(path: pathlib.Path, offset: int, mask: int = 0x01) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ mask]))


def overwrite(path: pathlib.Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


class AppTest(unittest.TestCase):
    """One key and `nodes` stores, made by the first put."""

    nodes = 6
    code = "4+2"
    # Where there is a file system in memory, directories cost nothing there.
    in_memory = True

    def setUp(self) -> None:
        memory = pathlib.Path("/dev/shm")
        parent = memory if self.in_memory and os.access(memory, os.W_OK) else None
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="shadw-app-", dir=parent))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.key = self.root / "key"
        self.stores = [self.root / f"node{i:02}" for i in range(self.nodes)]
        self.succeed("keygen", "--out", self.key)

    # --- running ---------------------------------------------------------------
    def shadw(self, *arguments, stdin: bytes | None = None, **options) -> Result:
        if stdin is None:
            options.setdefault("stdin", subprocess.DEVNULL)
        else:
            options["input"] = stdin
        ran = subprocess.run(
            [BINARY, *map(os.fspath, arguments)], capture_output=True, timeout=TIMEOUT_S, **options
        )
        return Result(ran.returncode, ran.stdout, ran.stderr.decode(errors="replace"))

    def expect(self, code: int, *arguments, **options) -> Result:
        result = self.shadw(*arguments, **options)
        self.assertEqual(result.code, code, f"{arguments[:3]}: {result.err}{result.out[-500:]}")
        return result

    def succeed(self, *arguments, **options) -> Result:
        return self.expect(DONE, *arguments, **options)

    def fail_with(self, *arguments, code: int = FAILED, **options) -> Result:
        result = self.expect(code, *arguments, **options)
        self.assertTrue(result.err.splitlines()[-1].startswith("shadw: "), result.err)
        return result

    def store_options(self, stores=None) -> list[str]:
        return [f"--store={store}" for store in (self.stores if stores is None else stores)]

    def owner(self, stores=None) -> list[str]:
        return [f"--key={self.key}", *self.store_options(stores)]

    def holder(self, capability: str, stores=None) -> list[str]:
        return [f"--cap={capability}", *self.store_options(stores)]

    # --- what tests do all the time ----------------------------------------------
    def write(self, name: str, content: bytes) -> pathlib.Path:
        path = self.root / name
        path.write_bytes(content)
        return path

    def put(self, name: str, content: bytes, *options: str) -> dict:
        arguments = ["put", *self.owner(), f"--code={self.code}", f"--name={name}", "--json"]
        return self.succeed(*arguments, *options, "-", stdin=content).json

    def get(self, name: str, *options: str, access=None) -> bytes:
        out = self.root / "got"
        self.succeed("get", *(access or self.owner()), *options, f"--out={out}", "--", name)
        content = out.read_bytes()
        out.unlink()
        return content

    def verify(self, name: str, code: int = DONE, access=None) -> dict:
        return self.expect(code, "verify", *(access or self.owner()), "--json", "--", name).json

    def share(self, name: str, right: str) -> str:
        shared = self.succeed("share", *self.owner(), "--right", right, "--", name)
        return shared.out.decode().strip()

    def lose(self, *numbers: int) -> None:
        for number in numbers:
            shutil.rmtree(self.stores[number])

    # --- looking at the stores -----------------------------------------------------
    def blobs(self, at_least_bytes: int = 0) -> list[pathlib.Path]:
        """The stored files, those of the first store first."""
        return [
            path
            for store in self.stores
            for path in sorted(store.glob("blobs/*/*/*"))
            if path.stat().st_size >= at_least_bytes
        ]

    def store_of(self, blob: pathlib.Path) -> str:
        return str(blob.parents[3])

    def snapshot(self) -> dict[str, str]:
        """What lies on the stores: the hash of each stored file."""
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in self.blobs()
        }
