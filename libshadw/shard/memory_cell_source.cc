// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/memory_cell_source.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/shard/ids.h"

namespace shadw::shard {

absl::StatusOr<base::ByteSpan> MemoryCellSource::Fetch(uint16_t index, uint32_t first,
                                                       uint32_t count, base::MutableByteSpan) {
  const auto at = shards_.find(index);
  if (at == shards_.end()) {
    return absl::NotFoundError(absl::StrCat("shard: shard ", index, " is not in memory"));
  }
  const uint64_t stored_cell = cell_bytes_ + kTagBytes;
  const uint64_t begin = std::min<uint64_t>(at->second.size(), kHeaderBytes + first * stored_cell);
  const uint64_t bytes = std::min<uint64_t>(at->second.size() - begin, count * stored_cell);
  return at->second.subspan(begin, bytes);
}

}  // namespace shadw::shard
