// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/pack_layout.h"

#include <algorithm>
#include <bit>

#include "libshadw/shard/geometry.h"

namespace shadw::vault {
namespace {

constexpr uint64_t kFullPackBytes = 16 << 20;
static_assert(kFullPackBytes <= shard::kMaxPackBytes);
// A record up to this part of a stripe stays within one.
constexpr uint64_t kSmallAgainstStripe = 16;

}  // namespace

uint64_t PackStripeBytes(const erasure::Code& code) {
  return uint64_t{code.data_shards} * (shard::kCellBytes - shard::kTagBytes);
}

uint64_t FullPackStripes(const erasure::Code& code, uint64_t memory_budget_bytes) {
  const uint64_t bytes = std::min(kFullPackBytes, memory_budget_bytes / 8);
  const uint64_t stripes = std::max<uint64_t>(1, bytes / PackStripeBytes(code));
  return std::bit_floor(std::min<uint64_t>(stripes, shard::kMaxCells));
}

uint64_t PackStoredBytes(uint64_t bytes, const erasure::Code& code) {
  const shard::Geometry geometry{.code = code, .cell_bytes = shard::ChooseCellBytes(bytes, code)};
  const uint64_t stripe = uint64_t{code.data_shards} * geometry.chunk_bytes();
  const uint64_t cells = std::bit_ceil(std::max<uint64_t>(1, (bytes + stripe - 1) / stripe));
  return code.total_shards() * (shard::kHeaderBytes + cells * geometry.stored_cell_bytes());
}

PackLayout LayOutPack(std::span<const uint32_t> record_bytes, const erasure::Code& code,
                      uint64_t stripes) {
  const uint64_t stripe = PackStripeBytes(code);
  const uint64_t capacity = stripes * stripe;
  PackLayout layout;
  for (uint32_t bytes : record_bytes) {
    uint64_t offset = layout.records_end;
    const uint64_t left_in_stripe = stripe - offset % stripe;
    if (bytes > left_in_stripe && bytes <= stripe / kSmallAgainstStripe) offset += left_in_stripe;
    const uint64_t end = offset + bytes + shard::PackIndexBytes(layout.offsets.size() + 1);
    if (end > capacity && !layout.offsets.empty()) break;
    layout.offsets.push_back(static_cast<uint32_t>(offset));
    layout.records_end = offset + bytes;
  }
  return layout;
}

PackLayout LayOutLastPack(std::span<const uint32_t> record_bytes, const erasure::Code& code,
                          uint64_t full_stripes) {
  PackLayout all = LayOutPack(record_bytes, code, full_stripes);
  if (all.offsets.size() < record_bytes.size()) return all;
  const uint64_t stripe = PackStripeBytes(code);
  const uint64_t stripes = (all.bytes() + stripe - 1) / stripe;
  const uint64_t above = std::bit_ceil(stripes);
  if (stripes * 8 >= above * 7) return all;
  return LayOutPack(record_bytes, code, above / 2);
}

}  // namespace shadw::vault
