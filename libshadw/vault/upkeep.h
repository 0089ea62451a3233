// SPDX-License-Identifier: Apache-2.0
//
// Keeps a stored object whole without reading it: verify, repair, rotate. A holder of
// the verify capability can do all three, an auditor the first.
//   Source   libshadw/shard/FORMAT.md, "Checking", "Rotation and repair"; catalogue S53
#ifndef LIBSHADW_VAULT_UPKEEP_H_
#define LIBSHADW_VAULT_UPKEEP_H_

#include <optional>
#include <string>
#include <vector>

#include "libshadw/vault/heads.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {

struct ShardCondition {
  enum class State : uint8_t { kWhole, kDamaged, kHeaderDamaged, kMissing };
  uint32_t segment = 0;
  uint16_t index = 0;
  State state = State::kWhole;
  store::NodeId node{};  // zero where missing
  store::StorageId id{};
  std::vector<uint32_t> bad_cells;
  // Damage that is in no cell: a body root or MAC that does not hold, a length or a
  // deletion record that is wrong, an address that contradicts others.
  std::string remark;
};

struct VerifyReport {
  uint32_t segments = 0;
  uint64_t shards_expected = 0;
  uint64_t shards_whole = 0;
  size_t head_copies = 0;
  size_t head_copies_expected = 0;
  // Everything that is not whole.
  std::vector<ShardCondition> faults;
  // Segments with fewer than k whole shards. A get may still succeed: it mixes cells.
  std::vector<uint32_t> endangered_segments;
  // Of the pages of the catalogue on the way to the object's name. OK for holders of a
  // capability, who cannot see them.
  absl::Status catalogue;

  bool whole() const {
    return faults.empty() && head_copies >= head_copies_expected && catalogue.ok();
  }
};

inline bool IsWhole(const absl::StatusOr<VerifyReport>& report) {
  return report.ok() && report->whole();
}

// Reads every stored byte of the newest version.
//   Errors   kNotFound  no such object, or removed
absl::StatusOr<VerifyReport> VerifyObject(const Environment& env, const shard::ObjectKeys& keys,
                                          const FoundHead& head);

// The same for a holder of the audit key alone, who cannot find heads: he lists the
// stores and recognises the object's shards by their commitment.
absl::StatusOr<VerifyReport> AuditObject(const Environment& env, const shard::ObjectKeys& keys);

struct RepairReport {
  uint64_t shards_rebuilt = 0;
  uint64_t shards_removed = 0;  // damaged or surplus ones
  size_t heads_written = 0;
  uint64_t bytes_written = 0;
  // Damaged shards that their store does not let go.
  uint64_t shards_stuck = 0;
  // Not OK: the object is repaired, a page of the catalogue on the way to its name is not.
  absl::Status catalogue;

  void Add(const RepairReport& other);
};

// Brings back n whole shards a segment and min(m + 1, nodes) copies of every head that
// is kept. New shards go where no shard of their segment is; old ones are removed after.
//   Errors   (of the first segment that has one; the others are repaired all the same)
//            kFailedPrecondition  a segment has too few good cells: says how many
//            kResourceExhausted   too few nodes for one shard a node
absl::StatusOr<RepairReport> RepairObject(const Environment& env, const shard::ObjectKeys& keys,
                                          const FoundHead& head);

struct RotateReport {
  uint64_t shards_rotated = 0;
  uint64_t bytes_written = 0;
  // Shards that stay as they are, and why the first of them does: missing or damaged ones
  // (kFailedPrecondition: repair them, new ones have a new key), those rotated
  // kEpochsAhead times within one epoch (kResourceExhausted), and a store's refusals.
  uint64_t shards_left = 0;
  absl::Status first_left;
};

// Wraps shard `index` of every segment, or every shard, under a new epoch's key and
// removes the old one. Nothing else changes on any store. One shard that cannot be
// rotated does not keep the others from it.
//   Errors   kInvalidArgument  index >= n
//            `first_left`      where no shard at all could be rotated
absl::StatusOr<RotateReport> RotateObject(const Environment& env, const shard::ObjectKeys& keys,
                                          const FoundHead& head, std::optional<uint16_t> index);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_UPKEEP_H_
