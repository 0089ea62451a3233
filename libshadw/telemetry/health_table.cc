// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/health_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::telemetry {

absl::Status HealthTable::MakeRoom(base::Time now) {
  if (entries_.size() < options_.max_nodes) return absl::OkStatus();
  const auto oldest =
      std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.heard; });
  if (oldest == entries_.end() || !IsStale(oldest->second, now)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("telemetry: got one node more, need at most ", options_.max_nodes));
  }
  entries_.erase(oldest);
  return absl::OkStatus();
}

absl::Status HealthTable::Ingest(base::Time now, base::ByteSpan bytes) {
  // What is old is refused before its signature costs anything.
  SHADW_ASSIGN_OR_RETURN(const Report seen, ParseReport(bytes));
  const auto known = entries_.find(seen.node);
  if (known != entries_.end()) {
    const Report& had = known->second.report;
    if (seen.sequence <= had.sequence || seen.stats.taken <= had.stats.taken) {
      return absl::AbortedError(absl::StrCat("telemetry: got report ", seen.sequence,
                                             ", need one after ", had.sequence,
                                             " and taken later"));
    }
  }
  if (seen.stats.taken - now > options_.max_ahead) {
    return absl::InvalidArgumentError(
        absl::StrCat("telemetry: got a report taken ", (seen.stats.taken - now).count(),
                     " ns ahead, need at most ", options_.max_ahead.count()));
  }
  SHADW_ASSIGN_OR_RETURN(const Report report, OpenReport(bytes));
  if (known == entries_.end()) SHADW_RETURN_IF_ERROR(MakeRoom(now));
  entries_[report.node] = {.report = report, .heard = now, .bytes = base::ToBytes(bytes)};
  return absl::OkStatus();
}

const HealthEntry* HealthTable::Find(const NodeKey& node) const {
  const auto found = entries_.find(node);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<const HealthEntry*> HealthTable::Fresh(base::Time now) const {
  std::vector<const HealthEntry*> fresh;
  for (const auto& [node, entry] : entries_) {
    if (!IsStale(entry, now)) fresh.push_back(&entry);
  }
  return fresh;
}

std::vector<const HealthEntry*> HealthTable::Stale(base::Time now) const {
  std::vector<const HealthEntry*> stale;
  for (const auto& [node, entry] : entries_) {
    if (IsStale(entry, now)) stale.push_back(&entry);
  }
  return stale;
}

}  // namespace shadw::telemetry
