# SPDX-License-Identifier: Apache-2.0
"""What is measured: the same cases for libshadw and for every peer."""

import dataclasses

CODES = ("4+2", "10+4", "16+4", "29+51", "64+32")
KIB = 1 << 10
MIB = 1 << 20
EXCEEDS_CACHE_BYTES = 512 * MIB
STAGGER_BYTES = 320  # between shards, so that columns do not share cache sets
STRIPES = 32  # of a segment, as in shard_benchmark


@dataclasses.dataclass(frozen=True)
class Case:
    what: str  # encode, reconstruct, pipeline
    code: str
    shard_bytes: int
    sets: int = 1

    @property
    def from_dram(self) -> bool:
        return self.shard_bytes == MIB

    def arguments(self, seconds: float) -> list[str]:
        """What every peer program takes."""
        return [
            "--what", self.what, "--code", self.code, "--shard-bytes", str(self.shard_bytes),
            "--sets", str(self.sets), "--seconds", str(seconds),
        ]  # fmt: skip


def _sets_from_dram(code: str, quick: bool) -> int:
    """As many as erasure_benchmark takes: data and parity together exceed the cache.

    A peer that keeps parity in memory of its own touches less. That is in its favour.
    """
    shards = sum(int(count) for count in code.split("+"))
    return 2 if quick else -(-EXCEEDS_CACHE_BYTES // (shards * (MIB + STAGGER_BYTES)))


def erasure_tables(quick: bool) -> dict[str, list[Case]]:
    return {
        "Encode, shards of 64 KiB in cache": [Case("encode", c, 64 * KIB) for c in CODES],
        "Encode, shards of 1 MiB from DRAM": [
            Case("encode", c, MIB, _sets_from_dram(c, quick)) for c in CODES
        ],
        "Reconstruct min(k, m) lost data shards of 64 KiB in cache": [
            Case("reconstruct", c, 64 * KIB) for c in CODES
        ],
    }


def pipeline_table(quick: bool) -> list[Case]:
    stripes = 2 if quick else STRIPES
    return [Case("pipeline", code, 64 * KIB, stripes) for code in ("10+4", "29+51")]
