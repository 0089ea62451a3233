// SPDX-License-Identifier: Apache-2.0
#include "libshadw/placement/ranking.h"

#include <algorithm>
#include <numeric>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/kdf.h"

namespace shadw::placement {
namespace {

constexpr size_t kFirstWindow = 4;
// The finalizer of SplitMix64 (Steele, Lea, Flood 2014; constants: Stafford's mix 13).
constexpr uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

constexpr auto kBefore = [](const Candidate& a, const Candidate& b) { return a.Before(b); };

}  // namespace

Clocks::Clocks(std::span<const Node> nodes, Seed seed, base::ByteSpan key) {
  std::vector<uint32_t> order(nodes.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(
      order, {}, [&](uint32_t i) -> const auto& { return nodes[i].id; });
  clocks_.reserve(nodes.size());
  for (const uint32_t i : order) {
    if (nodes[i].weight == 0) continue;
    const base::ByteArray<32> drawn = crypto::KdfPublic(seed, "placement", {key, nodes[i].id});
    clocks_.push_back({.start = base::LoadLittleEndian<uint64_t>(drawn.data()),
                       .step = base::LoadLittleEndian<uint64_t>(drawn.data() + 8) | 1,
                       .index = i,
                       .weight = nodes[i].weight});
  }
}

uint64_t Clocks::Hash(uint32_t place, uint16_t shard) const {
  return Mix(clocks_[place].start + (uint64_t{shard} + 1) * clocks_[place].step);
}

WaitingTime Clocks::Ring(uint32_t place, uint16_t shard) const {
  const uint64_t h = Hash(place, shard);
  return {.h = h, .log = base::NegativeLog2(h), .weight = clocks_[place].weight};
}

const Candidate* Ranking::Peek() {
  if (next_ >= clocks_->size()) return nullptr;
  if (next_ >= best_.size()) Fill(std::max(kFirstWindow, 2 * best_.size()));
  return &best_[next_];
}

std::vector<uint32_t> Ranking::All() {
  if (best_.size() < clocks_->size()) Fill(clocks_->size());
  std::vector<uint32_t> places;
  places.reserve(best_.size());
  for (const Candidate& candidate : best_) places.push_back(candidate.place);
  return places;
}

void Ranking::Fill(size_t window) {
  window = std::min(window, clocks_->size());
  best_.clear();
  best_.reserve(window);
  // A heap whose top is the latest of the earliest `window` met so far.
  for (uint32_t place = 0; place < clocks_->size(); ++place) {
    const uint64_t h = clocks_->Hash(place, shard_);
    if (best_.size() == window) {
      const WaitingTime& worst = best_.front().time;
      const WaitingTime bound = {
          .h = h, .log = NegativeLog2LowerBound(h), .weight = clocks_->weight(place)};
      if (worst.Before(bound)) continue;
    }
    const Candidate candidate = {clocks_->Ring(place, shard_), place};
    if (best_.size() == window) {
      if (!candidate.Before(best_.front())) continue;
      std::ranges::pop_heap(best_, kBefore);
      best_.pop_back();
    }
    best_.push_back(candidate);
    std::ranges::push_heap(best_, kBefore);
  }
  std::ranges::sort_heap(best_, kBefore);
}

}  // namespace shadw::placement
