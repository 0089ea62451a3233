// SPDX-License-Identifier: Apache-2.0
//
// The two layers of encryption around a cell.
//
//   seal  chunk (c - 16 bytes) -> cell (c)             under the segment's content key
//   wrap  cell (c)             -> stored cell (c + 16) under the shard's outer key
//
// Nonces count, because both keys are fresh: a content key lives for one attempt at
// one segment, an outer key for one header nonce.
//   Source   FORMAT.md, "Pipeline", steps 2 and 4; STREAM: Hoang et al. 2015
#ifndef LIBSHADW_SHARD_CELL_H_
#define LIBSHADW_SHARD_CELL_H_

#include "libshadw/base/coding.h"
#include "libshadw/shard/ids.h"
#include "libshadw/shard/keys.h"

namespace shadw::shard {

using CellNonce = base::ByteArray<12>;

// LE64(chunk) | 00 00 00 | last: cutting the end off changes the last nonce.
inline CellNonce ChunkNonce(uint64_t chunk, bool last) {
  CellNonce nonce{};
  base::StoreLittleEndian(nonce.data(), chunk);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

// LE64(cell) | 00 00 00 00.
inline CellNonce WrapNonce(uint64_t cell) {
  CellNonce nonce{};
  base::StoreLittleEndian(nonce.data(), cell);
  return nonce;
}

// Object, version, segment, j, copy, node, epoch, cell: what a stored cell is bound
// to. The first 92 bytes are one shard's; only the cell index changes.
class WrapBinding {
 public:
  WrapBinding(const ObjectId& object, const ShardAddress& address);
  base::ByteSpan ForCell(uint32_t cell) {
    base::StoreLittleEndian(bytes_.data() + bytes_.size() - 4, cell);
    return bytes_;
  }

 private:
  base::ByteArray<96> bytes_;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_CELL_H_
