// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/graph.h"

#include <algorithm>
#include <bit>

namespace shadw::capacity {
namespace {

// SplitMix64's finisher over a counter: the graph's only source of chance, public.
uint64_t Draw(uint64_t kind, uint64_t at) {
  uint64_t x = (at << 8 | kind) * 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

uint32_t Below(uint32_t bits, uint32_t count) {
  return static_cast<uint32_t>(static_cast<uint64_t>(bits) * count >> 32);
}

constexpr uint64_t kTurnKind = 16, kSlotKind = 32;

}  // namespace

Graph::Graph(uint32_t rows_log2) : rows_log2_(std::clamp(rows_log2, 1U, kMaxRowsLog2)) {
  mask_ = (1U << rows_log2_) - 1;
  for (uint32_t slot = 0; slot < kExpanderParents; ++slot) {
    for (uint32_t round = 0; round < 3; ++round) {
      const uint64_t bits = Draw(kSlotKind + round, slot << 8 | rows_log2_);
      slots_[slot].odd[round] = static_cast<uint32_t>(bits) | 1;
      slots_[slot].plus[round] = static_cast<uint32_t>(bits >> 32);
    }
  }
}

Parent Graph::BackParent(uint32_t row, uint32_t slot) const {
  if (row == 0) return {.row = 0, .turn = 0};
  if (slot == 0) return {.row = row - 1, .turn = 0};
  const uint64_t bits = Draw(slot, row);
  // A power of two up to the row, then a distance in its upper half.
  const auto powers = static_cast<uint32_t>(std::bit_width(row));
  const uint32_t power = 1 + Below(static_cast<uint32_t>(bits >> 48) << 16, powers);
  const uint32_t far = std::min(row, 1U << power);
  const uint32_t near = std::max(1U, far / 2);
  const uint32_t distance = near + Below(static_cast<uint32_t>(bits >> 3), far - near + 1);
  return {.row = row - distance, .turn = static_cast<uint32_t>(bits & (kLanes - 1))};
}

Parent Graph::ExpanderParent(uint32_t row, uint32_t slot) const {
  const Slot& keys = slots_[slot];
  const uint32_t shift = (rows_log2_ + 1) / 2;
  uint32_t x = row;
  for (size_t round = 0; round < keys.odd.size(); ++round) {
    x = (x * keys.odd[round] + keys.plus[round]) & mask_;
    x ^= x >> shift;
  }
  const uint64_t turn = Draw(kTurnKind + slot, row);
  return {.row = x, .turn = static_cast<uint32_t>(turn >> 61)};
}

void Graph::ParentsOf(uint32_t row, std::span<Parent, kParents> out) const {
  for (uint32_t slot = 0; slot < kBackParents; ++slot) out[slot] = BackParent(row, slot);
  for (uint32_t slot = 0; slot < kExpanderParents; ++slot) {
    out[kBackParents + slot] = ExpanderParent(row, slot);
  }
}

}  // namespace shadw::capacity
