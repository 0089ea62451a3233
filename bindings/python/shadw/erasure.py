# SPDX-License-Identifier: Apache-2.0
"""Reed-Solomon: m parity shards from k data shards, any k of the n rebuild the rest."""

from shadw import _shadw

Code = _shadw.erasure.Code
ReedSolomon = _shadw.erasure.ReedSolomon
shard_bytes = _shadw.erasure.shard_bytes
MAX_OBJECT_BYTES = _shadw.erasure.MAX_OBJECT_BYTES
MAX_TOTAL_SHARDS = _shadw.erasure.MAX_TOTAL_SHARDS

__all__ = ["MAX_OBJECT_BYTES", "MAX_TOTAL_SHARDS", "Code", "ReedSolomon", "shard_bytes"]
