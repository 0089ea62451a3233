# SPDX-License-Identifier: Apache-2.0
import builtins
from os import PathLike
from typing import Final, final

from shadw._types import Buffer, Rows

__all__ = [
    "MAX_BLOB_BYTES",
    "BlobStat",
    "DirectoryStore",
    "MemoryStore",
    "Store",
    "hash_token",
]

MAX_BLOB_BYTES: Final[int]

@final
class BlobStat:
    @property
    def bytes(self) -> int: ...
    @property
    def token_hash(self) -> builtins.bytes: ...

class Store:
    """Keeps blobs that it cannot read, under 32-byte ids; thread-safe."""

    @property
    def node_id(self) -> bytes: ...
    def put(self, id: Buffer, bytes: Buffer, token_hash: Buffer) -> None:
        """Keeps a blob; raises ConflictError where the id is taken."""
    def get(self, id: Buffer, *, offset: int = 0, count: int | None = None) -> bytes:
        """The blob from `offset`, at most `count` bytes of it."""
    def delete(self, id: Buffer, token: Buffer) -> None:
        """Removes the blob for whoever shows the token behind its hash."""
    def list(self, after: Buffer | None = None, limit: int = 10000) -> builtins.list[bytes]:
        """The ids that follow `after`, or the first ones, ascending; empty at the end."""
    def stat_many(self, ids: Rows) -> builtins.list[BlobStat | None]:
        """One answer per id, in order."""
    def flush(self) -> None:
        """Makes every name put or deleted so far durable."""

@final
class MemoryStore(Store):
    def __init__(
        self, *, node_id: Buffer | None = None, capacity_bytes: int = 18446744073709551615
    ) -> None:
        """A random node id where none is given."""
    @property
    def used_bytes(self) -> int: ...
    @property
    def counters(self) -> dict[str, int]:
        """What was asked of the store so far."""
    def reset_counters(self) -> None: ...

@final
class DirectoryStore(Store):
    def __init__(
        self, directory: str | PathLike[str], *, create: bool = True, sync: bool = True
    ) -> None:
        """Opens the store, or makes one of a directory that is absent or empty.

        One that may only be read opens all the same, and refuses `put` and `delete`.
        """

def hash_token(token: Buffer) -> bytes:
    """What a store keeps in place of a delete token."""
