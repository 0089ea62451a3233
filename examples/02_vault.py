# SPDX-License-Identifier: Apache-2.0
"""Keeps an object on six directories, loses two of them, reads it all the same, and
brings the lost shards back on two fresh ones."""

import pathlib
import shutil
import tempfile

from shadw.crypto import SecretKey
from shadw.erasure import Code
from shadw.vault import Vault

seed = SecretKey.generate()
notes = b"n" * 1_000_000

with tempfile.TemporaryDirectory(prefix="shadw-example-") as folder:
    nodes = [pathlib.Path(folder, str(node)) for node in range(6)]
    Vault(seed, nodes, create=True, code=Code(4, 2)).put("notes.txt", notes, compress=False)

    shutil.rmtree(nodes[1])
    shutil.rmtree(nodes[4])
    with_four = Vault(seed, [node for node in nodes if node.exists()])
    read = with_four.get("notes.txt") == notes
    loss_noticed = not with_four.verify("notes.txt").whole

    with_six = Vault(seed, nodes, create=True)
    with_six.repair("notes.txt")
    whole = with_six.verify("notes.txt").whole

print(f"read with 4 of 6 nodes: {read}; whole after the repair: {whole}")
assert read and loss_noticed and whole
