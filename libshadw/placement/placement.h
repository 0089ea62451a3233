// SPDX-License-Identifier: Apache-2.0
//
// Which node holds which shard, computed by everyone alike from the roster of nodes and
// a seed, so that no map has to be kept, published or trusted.
//
// The model is weighted rendezvous hashing. Each pair (node, shard) of a segment draws
// one exponential waiting time from a keyed hash; a node's rate is its weight. `Assign`
// lets the pairs ring in order: the earliest pair whose node, owner and subnet still
// have room is settled, until every shard has a node. So a node is drawn in proportion
// to its weight among those with room; a node that joins takes over only what rings
// earlier with it, and one that leaves frees only what it held. The seed is a key of
// the object, so nobody else can tell what belongs together or aim a node id at it.
//
//   const placement::Rule rule = {.data_shards = 10};      // one shard a node
//   SHADW_ASSIGN_OR_RETURN(const std::vector<size_t> holder,
//                          placement::Assign(roster, 14, rule, seed, key));
//   … roster[holder[3]] keeps shard 3; later, when it is lost: …
//   SHADW_ASSIGN_OR_RETURN(const size_t next,
//                          placement::AssignReplacement(alive, rule, seed, key, 3, holders));
//
// No node, owner or subnet may hold k shards of a segment, so none can rebuild it by
// itself. Owners and subnets are plain names that the caller vouches for: by convention
// the /24 of an IPv4 and the /48 of an IPv6 address; an empty one is unknown and
// shared with nobody.
//
// Limits. Two rosters that differ may place differently: readers look at a displaced
// shard's pointer or ask around. Order of the roster does not matter. Hot spots are
// those of random placement: with S shards on N equal nodes a node holds S/N, give or
// take sqrt(S/N). README.md tells the algorithm bit by bit.
//   Source   Thaler & Ravishankar 1998 (rendezvous hashing); weights as exponential
//            clocks: Efraimidis & Spirakis 2006, Schindelhauer & Schomaker 2005
#ifndef LIBSHADW_PLACEMENT_PLACEMENT_H_
#define LIBSHADW_PLACEMENT_PLACEMENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::placement {

inline constexpr size_t kMaxNodes = 1 << 20;
inline constexpr uint16_t kMaxTotalShards = 1024;

using Seed = std::span<const uint8_t, 32>;

struct Node {
  base::ByteArray<32> id;
  uint32_t weight = 1;  // > 0; say, its capacity in some unit
  std::string owner;    // empty = unknown, not counted as shared
  std::string subnet;   // likewise
};

// How many distinct shards of one segment may share a fate. Each maximum must stay
// below data_shards. With data_shards = 1 a shard is a whole copy: each maximum is 1.
struct Rule {
  uint16_t data_shards = 0;  // k
  uint16_t max_per_node = 1;
  uint16_t max_per_owner = 0;   // 0 = the most allowed, k - 1
  uint16_t max_per_subnet = 0;  // 0 = the most allowed, k - 1

  //   Errors   kInvalidArgument  k is 0, max_per_node is 0, or a maximum reaches k
  absl::Status Validate() const;
};

// All nodes in the order in which shard 0 of `key` prefers them.
//   Shapes   nodes   any number; those of weight 0 are left out
//            result  indices into `nodes`
//   Promise  same roster, seed and key: same nodes in the same order, on every CPU and
//            in whatever order the roster lists them
//   Cost     one BLAKE2b per node
std::vector<size_t> Rank(std::span<const Node> nodes, Seed seed, base::ByteSpan key);

// One node for each shard 0 … total_shards - 1 of the segment `key`.
//   Shapes   nodes         1 to kMaxNodes, ids distinct, weights > 0
//            total_shards  1 to kMaxTotalShards
//            result        total_shards indices into `nodes`
//   Errors   kInvalidArgument    a shape or the rule is violated
//            kResourceExhausted  no assignment whatever would obey the rule
//   Promise  deterministic, as Rank; obeys the rule; finds an assignment whenever one
//            exists; a node that joins or leaves moves about its own share of the shards
//   Cost     one BLAKE2b per node, total_shards cheap hashes per node
absl::StatusOr<std::vector<size_t>> Assign(std::span<const Node> nodes, uint16_t total_shards,
                                           const Rule& rule, Seed seed, base::ByteSpan key);

// Where a replacement of `shard` goes: the node it prefers among those that keep the rule.
//   Shapes   holders  one entry per shard: an index into `nodes`, nothing where the shard
//                     is lost or its holder is not in the roster. holders[shard], where
//                     set, is the node it leaves: not counted, and not the answer
//   Errors   kInvalidArgument    a shape or the rule is violated
//            kResourceExhausted  no node has room under the rule
//   Promise  holders that already break the rule are tolerated, never made worse
absl::StatusOr<size_t> AssignReplacement(std::span<const Node> nodes, const Rule& rule, Seed seed,
                                         base::ByteSpan key, uint16_t shard,
                                         std::span<const std::optional<size_t>> holders);

// Whether the shards lie as the rule demands.
//   Errors   kInvalidArgument     a holder is no index into `nodes`, or the rule is bad
//            kFailedPrecondition  some node, owner or subnet holds more than its maximum
absl::Status CheckRule(std::span<const Node> nodes, const Rule& rule,
                       std::span<const std::optional<size_t>> holders);

}  // namespace shadw::placement

#endif  // LIBSHADW_PLACEMENT_PLACEMENT_H_
