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
// A node is as fresh as its report is: an old one that arrives late, or comes from somebody
// who kept it, says nothing of today and is refused. Clocks may run ahead by max_ahead, and
// such a report counts from its arrival; a clock that is behind costs its node as much of
// stale_after * interval.
//
// Limits: max_nodes; where it is full, the node silent for longest goes if it is stale,
// and otherwise newcomers are refused: inventing nodes cannot drive out living ones.
//   Source   catalogue S67, S68
#ifndef LIBSHADW_TELEMETRY_HEALTH_TABLE_H_
#define LIBSHADW_TELEMETRY_HEALTH_TABLE_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/telemetry/report.h"

namespace shadw::telemetry {

struct HealthEntry {
  Report report;
  base::Time heard{};  // when the report arrived
  base::Bytes bytes;   // as they were signed, to pass on

  // When the node lived, for all that is known: it cannot have spoken after it was heard.
  base::Time alive() const { return std::min(heard, report.stats.taken); }
};

class HealthTable {
 public:
  static constexpr base::Duration kMaxInterval = std::chrono::hours(24 * 30);
  static constexpr uint32_t kMaxStaleAfter = 1000;
  static constexpr size_t kMaxNodes = size_t{1} << 24;

  struct Options {
    base::Duration interval = std::chrono::seconds(30);  // between reports of a node
    uint32_t stale_after = 3;                            // intervals
    base::Duration max_ahead = std::chrono::minutes(2);  // of a sender's clock
    size_t max_nodes = 100'000;

    //   Errors   kInvalidArgument  0 or less, or over the limits above; max_ahead may be 0
    absl::Status Validate() const;
  };

  explicit HealthTable(const Options& options) : options_(options) {}

  //   Errors   as OpenReport; kInvalidArgument  the options'; taken more than max_ahead after
  //                               `now`, or so long before that it is stale; `now` before
  //                               1970
  //            kAborted           not newer than the one that is known, by its sequence and
  //                               by its time
  //            kResourceExhausted full of nodes that are not stale
  //   Cost     a signature, and O(log size); what is refused for another reason than its
  //            signature costs none
  absl::Status Ingest(base::Time now, base::ByteSpan bytes);

  size_t size() const { return entries_.size(); }
  // Null where the node is not known; holds until the next Ingest.
  const HealthEntry* Find(const NodeKey& node) const;
  // In the order of their keys.
  const std::map<NodeKey, HealthEntry>& entries() const { return entries_; }
  std::vector<const HealthEntry*> Fresh(base::Time now) const;
  std::vector<const HealthEntry*> Stale(base::Time now) const;
  bool IsStale(const HealthEntry& entry, base::Time now) const {
    return now > entry.alive() && now - entry.alive() > options_.stale_after * options_.interval;
  }

 private:
  absl::Status CheckTime(base::Time now, base::Time taken) const;
  // Whether there is room for one more, or will be when the oldest goes.
  bool HasRoom(base::Time now) const;

  Options options_;
  std::map<NodeKey, HealthEntry> entries_;
  std::set<std::pair<base::Time, NodeKey>> by_age_;  // when each was alive
};

}  // namespace shadw::telemetry

#endif  // LIBSHADW_TELEMETRY_HEALTH_TABLE_H_
