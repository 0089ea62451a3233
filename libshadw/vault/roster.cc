// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/roster.h"

#include <algorithm>
#include <utility>

#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {
namespace {

base::Bytes SegmentKey(const shard::VersionId& version, uint32_t segment) {
  base::ByteWriter out;
  out.Raw(version).U32(segment);
  return std::move(out).Take();
}

// With k = 1 every shard is the whole object, and one a node is plain replication.
placement::Rule RuleFor(const erasure::Code& code) {
  return {.data_shards = code.data_shards, .max_per_node = 1};
}

}  // namespace

Roster::Roster(std::vector<std::shared_ptr<store::Store>> stores) : stores_(std::move(stores)) {
  for (const auto& store : stores_) nodes_.push_back({.id = store->node_id()});
}

std::vector<size_t> Roster::HeadNodes(const shard::ObjectKeys& keys) const {
  return placement::Rank(nodes_, keys.locate_key().bytes(), base::AsBytes("head"));
}

absl::StatusOr<std::vector<size_t>> Roster::ShardNodes(const shard::ObjectKeys& keys,
                                                       const shard::VersionId& version,
                                                       uint32_t segment,
                                                       const erasure::Code& code) const {
  return placement::Assign(nodes_, code.total_shards(), RuleFor(code), keys.locate_key().bytes(),
                           SegmentKey(version, segment));
}

absl::StatusOr<size_t> Roster::ReplacementNode(const shard::ObjectKeys& keys,
                                               const shard::VersionId& version, uint32_t segment,
                                               const erasure::Code& code, uint16_t index,
                                               std::span<const std::optional<size_t>> holders,
                                               std::span<const size_t> failed) const {
  // A failed node is left out of the roster; positions are mapped back.
  std::vector<placement::Node> nodes;
  std::vector<size_t> origin;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (std::ranges::find(failed, i) != failed.end()) continue;
    nodes.push_back(nodes_[i]);
    origin.push_back(i);
  }
  std::vector<std::optional<size_t>> mapped(holders.size());
  for (size_t j = 0; j < holders.size(); ++j) {
    if (!holders[j]) continue;
    const auto at = std::ranges::find(origin, *holders[j]);
    if (at != origin.end()) mapped[j] = static_cast<size_t>(at - origin.begin());
  }
  SHADW_ASSIGN_OR_RETURN(const size_t chosen, placement::AssignReplacement(
                                                  nodes, RuleFor(code), keys.locate_key().bytes(),
                                                  SegmentKey(version, segment), index, mapped));
  return origin[chosen];
}

std::vector<Sighting> Roster::Look(size_t node, std::span<const store::StorageId> ids) const {
  std::vector<Sighting> sightings;
  for (size_t at = 0; at < ids.size(); at += store::kMaxStatIds) {
    const auto batch = ids.subspan(at, std::min(store::kMaxStatIds, ids.size() - at));
    const auto stats = stores_[node]->StatMany(batch);
    if (!stats.ok()) return sightings;
    for (size_t i = 0; i < stats->size(); ++i) {
      if ((*stats)[i]) sightings.push_back({node, at + i, *(*stats)[i]});
    }
  }
  return sightings;
}

Removal Roster::Remove(size_t node, const shard::ObjectKeys& keys,
                       std::span<const store::StorageId> ids) const {
  Removal removal;
  for (size_t at = 0; at < ids.size(); at += store::kMaxStatIds) {
    const auto batch = ids.subspan(at, std::min(store::kMaxStatIds, ids.size() - at));
    const auto stats = stores_[node]->StatMany(batch);
    if (!stats.ok()) {
      removal.silent = true;
      continue;
    }
    for (size_t i = 0; i < stats->size(); ++i) {
      if (!(*stats)[i]) continue;
      ++removal.seen;
      const absl::Status deleted =
          stores_[node]->Delete(batch[i], keys.TokenFor(node_id(node), batch[i]));
      removal.failed |=
          !deleted.ok() && !absl::IsNotFound(deleted) && !absl::IsPermissionDenied(deleted);
    }
  }
  return removal;
}

absl::Status Roster::Flush(std::span<const size_t> nodes) const {
  absl::Status first;
  for (size_t node : nodes) {
    if (absl::Status status = stores_[node]->Flush(); !status.ok() && first.ok()) first = status;
  }
  return first;
}

}  // namespace shadw::vault
