# SPDX-License-Identifier: Apache-2.0
from collections.abc import Mapping, Sequence
from typing import Final, Literal, final, overload

import numpy as np
from numpy.typing import NDArray
from shadw._types import Array, Buffer, Rows

__all__ = ["MAX_OBJECT_BYTES", "MAX_TOTAL_SHARDS", "Code", "ReedSolomon", "shard_bytes"]

MAX_OBJECT_BYTES: Final[int]
MAX_TOTAL_SHARDS: Final[int]

@final
class Code:
    """The shape of an erasure code: k data shards, m parity shards, k + m <= 255."""

    def __init__(self, data_shards: int, parity_shards: int) -> None: ...
    @staticmethod
    def parse(text: str) -> Code:
        """Reads "k+m", as str() writes it."""
    @property
    def data_shards(self) -> int: ...
    @property
    def parity_shards(self) -> int: ...
    @property
    def total_shards(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ReedSolomon:
    """Systematic Cauchy Reed-Solomon over GF(2^8)/0x11d; thread-safe.

    It trusts what it is fed: one wrong byte in makes wrong bytes out. Check shards first.
    """

    def __init__(
        self,
        data_shards: int,
        parity_shards: int,
        *,
        backend: Literal[
            "fastest", "isal", "plain_tables", "gfni_avx512", "gfni_avx2", "avx2"
        ] = "fastest",
        inverse_cache_entries: int = 128,
    ) -> None: ...
    @property
    def code(self) -> Code: ...
    @property
    def cached_inverses(self) -> int: ...
    def encode(self, data: Rows) -> Array:
        """The parity shards, shape (m, L), of k data shards of L bytes."""
    @overload
    def reconstruct(
        self,
        shards: Mapping[int, Buffer] | Sequence[Buffer | None],
        wanted: Sequence[int] | None = None,
    ) -> dict[int, Array]:
        """The wanted shards (default: all that are missing), by index."""
    @overload
    def reconstruct(
        self,
        shards: Rows,
        wanted: Sequence[int] | None = None,
        *,
        present: NDArray[np.bool_] | Sequence[bool],
    ) -> Array:
        """The wanted shards (default: all that are missing) as rows, in that order.

        `shards` has n rows, and those whose flag in `present` is False are not read.
        """
    def verify(self, shards: Rows) -> bool:
        """Whether the parity among n shards is that of the data."""
    def split_and_encode(self, object: Buffer) -> list[Array]:
        """The n shards of an object in memory, any k of which rebuild it."""
    def join(
        self, shards: Mapping[int, Buffer] | Sequence[Buffer | None], object_bytes: int
    ) -> bytes:
        """The object again, from any k of its shards."""

def shard_bytes(code: Code, object_bytes: int) -> int:
    """The bytes of each shard of an object of so many bytes."""
