// SPDX-License-Identifier: Apache-2.0
#include "libshadw/placement/placement.h"

#include <algorithm>
#include <queue>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/placement/make_room.h"
#include "libshadw/placement/ranking.h"
#include "libshadw/placement/room.h"

namespace shadw::placement {
namespace {

using Holders = std::vector<std::optional<size_t>>;

absl::Status CheckRoster(std::span<const Node> nodes) {
  if (nodes.size() > kMaxNodes) {
    return absl::InvalidArgumentError(
        absl::StrCat("placement: got ", nodes.size(), " nodes, need at most ", kMaxNodes));
  }
  std::vector<const base::ByteArray<32>*> ids;
  ids.reserve(nodes.size());
  for (const Node& node : nodes) {
    if (node.weight == 0) {
      return absl::InvalidArgumentError("placement: got a node of weight 0, need at least 1");
    }
    ids.push_back(&node.id);
  }
  const auto value = [](const base::ByteArray<32>* id) -> const auto& { return *id; };
  std::ranges::sort(ids, {}, value);
  if (std::ranges::adjacent_find(ids, {}, value) != ids.end()) {
    return absl::InvalidArgumentError("placement: got one node id twice, need distinct ids");
  }
  return absl::OkStatus();
}

absl::Status CheckHolders(std::span<const Node> nodes,
                          std::span<const std::optional<size_t>> holders) {
  for (const std::optional<size_t>& holder : holders) {
    if (holder && *holder >= nodes.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("placement: got holder ", *holder, ", need an index below ", nodes.size()));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMaximum(std::string_view name, uint16_t maximum, uint16_t data_shards) {
  const uint16_t most = data_shards == 1 ? 1 : data_shards - 1;
  if (maximum <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("placement: got ", absl::string_view(name.data(), name.size()), " ", maximum,
                   ", need at most ", most, " (k=", data_shards, ")"));
}

// The shards' next candidates, earliest first.
struct Ring {
  Candidate candidate;
  uint16_t shard;

  friend bool operator<(const Ring& a, const Ring& b) {  // std::priority_queue pops the largest
    if (b.candidate.Before(a.candidate)) return true;
    if (a.candidate.Before(b.candidate)) return false;
    return a.shard > b.shard;
  }
};

// Settles pairs in the order of their rings; leaves out what finds no room.
Holders SettleInOrder(const Clocks& clocks, std::vector<Ranking>& rankings, Room& room) {
  Holders holders(rankings.size());
  std::priority_queue<Ring> rings;
  for (size_t shard = 0; shard < rankings.size(); ++shard) {
    if (const Candidate* first = rankings[shard].Peek())
      rings.push({*first, static_cast<uint16_t>(shard)});
  }
  while (!rings.empty()) {
    const Ring ring = rings.top();
    rings.pop();
    const size_t node = clocks.index(ring.candidate.place);
    if (room.Has(node)) {
      room.Take(node);
      holders[ring.shard] = node;
      continue;
    }
    // Room never comes back here, so a node that has none is done with.
    rankings[ring.shard].Skip();
    if (const Candidate* next = rankings[ring.shard].Peek()) rings.push({*next, ring.shard});
  }
  return holders;
}

// Fits one more shard by moving settled ones. False where that is impossible.
bool SettleByMoving(const Clocks& clocks, Ranking& ranking, uint16_t shard, Room& room,
                    Holders& holders) {
  std::vector<uint32_t> preference = ranking.All();
  for (uint32_t& place : preference) place = static_cast<uint32_t>(clocks.index(place));
  const std::optional<std::vector<uint32_t>> path = FindPathToRoom(room, preference);
  if (!path) return false;
  // From the far end, so that the shard that moves off a node is never the one that
  // has just moved onto it.
  for (size_t at = path->size() - 1; at > 0; at -= 2) {
    const size_t from = (*path)[at - 1];
    const size_t to = (*path)[at];
    *std::ranges::find(holders, std::optional<size_t>(from)) = to;
    room.Release(from);
    room.Take(to);
  }
  room.Take(path->front());
  holders[shard] = path->front();
  return true;
}

}  // namespace

absl::Status Rule::Validate() const {
  if (data_shards == 0) {
    return absl::InvalidArgumentError("placement: got data_shards 0, need at least 1");
  }
  if (max_per_node == 0) {
    return absl::InvalidArgumentError("placement: got max_per_node 0, need at least 1");
  }
  SHADW_RETURN_IF_ERROR(CheckMaximum("max_per_node", max_per_node, data_shards));
  SHADW_RETURN_IF_ERROR(CheckMaximum("max_per_owner", max_per_owner, data_shards));
  return CheckMaximum("max_per_subnet", max_per_subnet, data_shards);
}

std::vector<size_t> Rank(std::span<const Node> nodes, Seed seed, base::ByteSpan key) {
  const Clocks clocks(nodes, seed, key);
  std::vector<size_t> order;
  order.reserve(clocks.size());
  for (const uint32_t place : Ranking(clocks, 0).All()) order.push_back(clocks.index(place));
  return order;
}

absl::StatusOr<std::vector<size_t>> Assign(std::span<const Node> nodes, uint16_t total_shards,
                                           const Rule& rule, Seed seed, base::ByteSpan key) {
  SHADW_RETURN_IF_ERROR(rule.Validate());
  SHADW_RETURN_IF_ERROR(CheckRoster(nodes));
  if (total_shards == 0 || total_shards > kMaxTotalShards) {
    return absl::InvalidArgumentError(
        absl::StrCat("placement: got ", total_shards, " shards, need 1 to ", kMaxTotalShards));
  }
  const Clocks clocks(nodes, seed, key);
  std::vector<Ranking> rankings;
  rankings.reserve(total_shards);
  for (uint16_t shard = 0; shard < total_shards; ++shard) rankings.emplace_back(clocks, shard);
  Room room(nodes, rule);
  Holders holders = SettleInOrder(clocks, rankings, room);
  std::vector<size_t> result;
  result.reserve(total_shards);
  for (uint16_t shard = 0; shard < total_shards; ++shard) {
    if (holders[shard]) continue;
    if (SettleByMoving(clocks, rankings[shard], shard, room, holders)) continue;
    const auto settled = total_shards - std::ranges::count(holders, std::optional<size_t>());
    return absl::ResourceExhaustedError(absl::StrCat(
        "placement: got ", nodes.size(), " nodes with room for ", settled, " shards, need ",
        total_shards, " (at most ", rule.max_per_node, " a node, k=", rule.data_shards, ")"));
  }
  for (const std::optional<size_t>& holder : holders) result.push_back(*holder);
  return result;
}

absl::StatusOr<size_t> AssignReplacement(std::span<const Node> nodes, const Rule& rule, Seed seed,
                                         base::ByteSpan key, uint16_t shard,
                                         std::span<const std::optional<size_t>> holders) {
  SHADW_RETURN_IF_ERROR(rule.Validate());
  SHADW_RETURN_IF_ERROR(CheckRoster(nodes));
  SHADW_RETURN_IF_ERROR(CheckHolders(nodes, holders));
  if (shard >= holders.size() || holders.size() > kMaxTotalShards) {
    return absl::InvalidArgumentError(
        absl::StrCat("placement: got shard ", shard, " of ", holders.size(),
                     ", need one below both that and ", kMaxTotalShards));
  }
  Room room(nodes, rule);
  for (size_t other = 0; other < holders.size(); ++other) {
    if (other != shard && holders[other]) room.Take(*holders[other]);
  }
  const Clocks clocks(nodes, seed, key);
  Ranking ranking(clocks, shard);
  while (const Candidate* candidate = ranking.Peek()) {
    const size_t node = clocks.index(candidate->place);
    if (room.Has(node) && holders[shard] != node) return node;
    ranking.Skip();
  }
  return absl::ResourceExhaustedError(absl::StrCat(
      "placement: got ", nodes.size(), " nodes without room for shard ", shard,
      ", need one with room (at most ", rule.max_per_node, " a node, k=", rule.data_shards, ")"));
}

absl::Status CheckRule(std::span<const Node> nodes, const Rule& rule,
                       std::span<const std::optional<size_t>> holders) {
  SHADW_RETURN_IF_ERROR(rule.Validate());
  SHADW_RETURN_IF_ERROR(CheckHolders(nodes, holders));
  Room room(nodes, rule);
  for (const std::optional<size_t>& holder : holders) {
    if (holder) room.Take(*holder);
  }
  for (size_t shard = 0; shard < holders.size(); ++shard) {
    if (holders[shard] && room.Overfull(*holders[shard])) {
      return absl::FailedPreconditionError(
          absl::StrCat("placement: got too many shards with the holder of shard ", shard,
                       ", its owner or its "
                       "subnet; need fewer than k=",
                       rule.data_shards, " and no more than the rule says"));
    }
  }
  return absl::OkStatus();
}

}  // namespace shadw::placement
