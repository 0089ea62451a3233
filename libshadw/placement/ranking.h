// SPDX-License-Identifier: Apache-2.0
//
// The order in which one shard prefers the nodes of a roster, earliest ring first, drawn
// from a window that grows only when somebody looks past its end: with many nodes and
// few shards hardly anybody does, and most pairs never need their logarithm.
//
//   const Clocks clocks(nodes, seed, key);
//   Ranking ranking(clocks, /*shard=*/3);
//   while (const Candidate* next = ranking.Peek()) { …; ranking.Skip(); }
#ifndef LIBSHADW_PLACEMENT_RANKING_H_
#define LIBSHADW_PLACEMENT_RANKING_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "libshadw/base/bytes.h"
#include "libshadw/placement/placement.h"
#include "libshadw/placement/waiting_time.h"

namespace shadw::placement {

// What each node draws its rings from. Nodes are kept in ascending order of id, so
// that nothing depends on how the caller lists them: a `place` is a rank in that order.
class Clocks {
 public:
  // Nodes of weight 0 are left out.
  Clocks(std::span<const Node> nodes, Seed seed, base::ByteSpan key);

  size_t size() const { return clocks_.size(); }
  // The caller's index of the node.
  size_t index(uint32_t place) const { return clocks_[place].index; }
  uint32_t weight(uint32_t place) const { return clocks_[place].weight; }
  uint64_t Hash(uint32_t place, uint16_t shard) const;
  WaitingTime Ring(uint32_t place, uint16_t shard) const;

 private:
  struct Clock {
    uint64_t start;
    uint64_t step;
    uint32_t index;
    uint32_t weight;
  };
  std::vector<Clock> clocks_;
};

struct Candidate {
  WaitingTime time;
  uint32_t place;

  // Equal times go to the smaller id.
  bool Before(const Candidate& other) const {
    if (time.Before(other.time)) return true;
    return !other.time.Before(time) && place < other.place;
  }
};

class Ranking {
 public:
  // `clocks` must outlive the ranking.
  Ranking(const Clocks& clocks, uint16_t shard) : clocks_(&clocks), shard_(shard) {}

  // The best candidate not skipped yet; null at the end.
  const Candidate* Peek();
  void Skip() { ++next_; }
  // Every place, in order.
  std::vector<uint32_t> All();

 private:
  void Fill(size_t window);

  const Clocks* clocks_;
  uint16_t shard_;
  size_t next_ = 0;
  std::vector<Candidate> best_;  // the first of the order, sorted
};

}  // namespace shadw::placement

#endif  // LIBSHADW_PLACEMENT_RANKING_H_
