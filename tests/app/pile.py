# SPDX-License-Identifier: Apache-2.0
"""The disaster: store files under random names in one folder, with strangers' files
among them, and nothing else left."""

import os
import pathlib
import random

FOREIGN_HEAD_BYTES = 4096


def scramble(stores, pile: pathlib.Path, chance: random.Random) -> list[int]:
    """Moves every file of the stores. Returns their sizes."""
    pile.mkdir()
    files = [f for store in stores for f in store.rglob("*") if f.is_file()]
    chance.shuffle(files)
    sizes = []
    for file in files:
        sizes.append(file.stat().st_size)
        file.rename(pile / f"{chance.getrandbits(96):024x}")
    return sizes


def add_foreign(pile: pathlib.Path, count: int, sizes: list[int], chance: random.Random) -> None:
    """Files of the same apparent sizes: the first 4 KiB random, the rest a hole."""
    for _ in range(count):
        size = chance.choice(sizes)
        with open(pile / f"{chance.getrandbits(96):024x}", "wb", buffering=0) as file:
            file.write(os.urandom(min(size, FOREIGN_HEAD_BYTES)))
            file.truncate(size)
