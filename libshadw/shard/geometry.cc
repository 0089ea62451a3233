// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/geometry.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/base/units.h"

namespace shadw::shard {

absl::Status Geometry::Validate() const {
  SHADW_RETURN_IF_ERROR(code.Validate());
  if (cell_bytes != kCellBytes && cell_bytes != kSmallCellBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("shard: got cells of ", cell_bytes, " bytes, need 4096 or 32768"));
  }
  if (max_stripes == 0 || max_stripes > kMaxCells || !std::has_single_bit(max_stripes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shard: got ", max_stripes, " stripes a segment, need a power of two up to 128"));
  }
  return absl::OkStatus();
}

uint32_t Geometry::ChunksFor(uint64_t plain_bytes) const {
  const uint64_t chunks = base::CeilDivide<uint64_t>(plain_bytes, chunk_bytes());
  return static_cast<uint32_t>(std::max<uint64_t>(1, chunks));
}

uint32_t Geometry::CellsFor(uint32_t chunks) const {
  return std::bit_ceil(base::CeilDivide<uint32_t>(chunks, code.data_shards));
}

uint32_t ChooseCellBytes(uint64_t object_bytes, const erasure::Code& code) {
  const uint64_t stripe_bytes = uint64_t{code.data_shards} * (kCellBytes - kTagBytes);
  return object_bytes <= stripe_bytes / 2 ? kSmallCellBytes : kCellBytes;
}

uint32_t ChooseStripes(const erasure::Code& code, uint32_t cell_bytes,
                       uint64_t memory_budget_bytes) {
  const uint64_t stripe_bytes = uint64_t{code.total_shards()} * (cell_bytes + kTagBytes);
  for (uint32_t stripes : {128u, 32u, 8u}) {
    if (stripes * stripe_bytes <= memory_budget_bytes / 2) return stripes;
  }
  return 1;
}

}  // namespace shadw::shard
