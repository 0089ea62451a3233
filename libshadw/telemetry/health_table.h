// SPDX-License-Identifier: Apache-2.0
//
// The latest report of every node: what arrives is checked, older reports are refused, and
// nodes that fell silent are told apart.
//
//   HealthTable table({});
//   table.Ingest(now, bytes);
//   for (const HealthEntry* node : table.Fresh(now)) Consider(node->report.stats);
//   table.Stale(now);                              // three intervals without a report
//
// Limits: max_nodes; where it is full, the node silent for longest goes if it is stale,
// and otherwise newcomers are refused: inventing nodes cannot drive out living ones.
//   Source   catalogue S67, S68
#ifndef LIBSHADW_TELEMETRY_HEALTH_TABLE_H_
#define LIBSHADW_TELEMETRY_HEALTH_TABLE_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/telemetry/report.h"

namespace shadw::telemetry {

struct HealthEntry {
  Report report;
  base::Time heard{};  // when the report arrived
  base::Bytes bytes;   // as they were signed, to pass on
};

class HealthTable {
 public:
  struct Options {
    base::Duration interval = std::chrono::seconds(30);  // between reports of a node
    uint32_t stale_after = 3;                            // intervals
    base::Duration max_ahead = std::chrono::minutes(2);  // of a sender's clock
    size_t max_nodes = 100'000;
  };

  explicit HealthTable(const Options& options) : options_(options) {}

  //   Errors   as OpenReport; kInvalidArgument  taken more than max_ahead after `now`
  //            kAborted           not newer than the one that is known, by its sequence and
  //                               by its time
  //            kResourceExhausted full of nodes that are not stale
  absl::Status Ingest(base::Time now, base::ByteSpan bytes);

  size_t size() const { return entries_.size(); }
  // Null where the node is not known; holds until the next Ingest.
  const HealthEntry* Find(const NodeKey& node) const;
  // In the order of their keys.
  const std::map<NodeKey, HealthEntry>& entries() const { return entries_; }
  std::vector<const HealthEntry*> Fresh(base::Time now) const;
  std::vector<const HealthEntry*> Stale(base::Time now) const;
  bool IsStale(const HealthEntry& entry, base::Time now) const {
    return now - entry.heard > options_.stale_after * options_.interval;
  }

 private:
  absl::Status MakeRoom(base::Time now);

  Options options_;
  std::map<NodeKey, HealthEntry> entries_;
};

}  // namespace shadw::telemetry

#endif  // LIBSHADW_TELEMETRY_HEALTH_TABLE_H_
