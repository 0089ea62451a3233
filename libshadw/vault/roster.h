// SPDX-License-Identifier: Apache-2.0
//
// The stores of a vault as nodes, and where an object's shards and heads belong among
// them. Placement needs no record: it follows from the object's keys.
//   Source   libshadw/shard/FORMAT.md, "Finding everything", route B
#ifndef LIBSHADW_VAULT_ROSTER_H_
#define LIBSHADW_VAULT_ROSTER_H_

#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/placement/placement.h"
#include "libshadw/shard/keys.h"
#include "libshadw/vault/options.h"

namespace shadw::vault {

// A set of ids on one node that exist, by their position in what was asked.
struct Sighting {
  size_t node = 0;
  size_t position = 0;
  store::BlobStat stat;
};

// What came of removing blobs.
struct Removal {
  size_t seen = 0;      // that were there
  bool failed = false;  // one may be there still, although its store answers
  bool silent = false;  // a store did not say what it holds

  void Add(const Removal& other) {
    seen += other.seen;
    failed |= other.failed;
    silent |= other.silent;
  }
};

class Roster {
 public:
  explicit Roster(std::vector<std::shared_ptr<store::Store>> stores);

  size_t size() const { return stores_.size(); }
  store::Store& store(size_t node) const { return *stores_[node]; }
  const store::NodeId& node_id(size_t node) const { return nodes_[node].id; }
  std::span<const placement::Node> nodes() const { return nodes_; }

  // Node by node preferred for the heads of an object.
  std::vector<size_t> HeadNodes(const shard::ObjectKeys& keys) const;

  // The node of every shard of a segment: no node twice.
  //   Errors   kResourceExhausted  fewer nodes than shards
  absl::StatusOr<std::vector<size_t>> ShardNodes(const shard::ObjectKeys& keys,
                                                 const shard::VersionId& version, uint32_t segment,
                                                 const erasure::Code& code) const;

  // Where a shard goes whose own node failed, or holds it no more.
  //   Shapes   holders  n entries: the node of each shard that exists
  absl::StatusOr<size_t> ReplacementNode(const shard::ObjectKeys& keys,
                                         const shard::VersionId& version, uint32_t segment,
                                         const erasure::Code& code, uint16_t index,
                                         std::span<const std::optional<size_t>> holders,
                                         std::span<const size_t> failed) const;

  // Asks one node which of `ids` it has. A node that fails has none.
  std::vector<Sighting> Look(size_t node, std::span<const store::StorageId> ids) const;

  // Removes from one node those of `ids` that it has. One that refuses the token holds
  // something else, which is not ours to remove.
  Removal Remove(size_t node, const shard::ObjectKeys& keys,
                 std::span<const store::StorageId> ids) const;

  // Flushes the nodes named; the first error is returned, all are tried.
  absl::Status Flush(std::span<const size_t> nodes) const;

 private:
  std::vector<std::shared_ptr<store::Store>> stores_;
  std::vector<placement::Node> nodes_;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_ROSTER_H_
