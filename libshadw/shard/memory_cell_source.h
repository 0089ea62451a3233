// SPDX-License-Identifier: Apache-2.0
//
// Serves stored cells out of shards that are already in memory, without a copy.
#ifndef LIBSHADW_SHARD_MEMORY_CELL_SOURCE_H_
#define LIBSHADW_SHARD_MEMORY_CELL_SOURCE_H_

#include <map>

#include "libshadw/shard/cell_source.h"

namespace shadw::shard {

class MemoryCellSource : public CellSource {
 public:
  explicit MemoryCellSource(uint32_t cell_bytes) : cell_bytes_(cell_bytes) {}

  // `shard`: header and body, borrowed.
  void Add(uint16_t index, base::ByteSpan shard) { shards_[index] = shard; }

  absl::StatusOr<base::ByteSpan> Fetch(uint16_t index, uint32_t first, uint32_t count,
                                       base::MutableByteSpan scratch) override;

 private:
  uint32_t cell_bytes_;
  std::map<uint16_t, base::ByteSpan> shards_;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_MEMORY_CELL_SOURCE_H_
