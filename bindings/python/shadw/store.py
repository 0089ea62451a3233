# SPDX-License-Identifier: Apache-2.0
"""Where shards lie: in memory or in a directory."""

from shadw import _shadw

BlobStat = _shadw.store.BlobStat
DirectoryStore = _shadw.store.DirectoryStore
MAX_BLOB_BYTES = _shadw.store.MAX_BLOB_BYTES
MemoryStore = _shadw.store.MemoryStore
Store = _shadw.store.Store
hash_token = _shadw.store.hash_token

__all__ = [
    "MAX_BLOB_BYTES",
    "BlobStat",
    "DirectoryStore",
    "MemoryStore",
    "Store",
    "hash_token",
]
