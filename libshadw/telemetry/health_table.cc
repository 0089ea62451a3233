// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/health_table.h"

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::telemetry {

absl::Status HealthTable::Options::Validate() const {
  const auto in_range = [](base::Duration time, int64_t least) {
    return time.count() >= least && time <= kMaxInterval;
  };
  if (!in_range(interval, 1) || !in_range(max_ahead, 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("telemetry: got an interval of ", interval.count(), " ns and max_ahead ",
                     max_ahead.count(), ", need 1 and 0, at most ", kMaxInterval.count()));
  }
  if (stale_after == 0 || stale_after > kMaxStaleAfter || max_nodes == 0 || max_nodes > kMaxNodes) {
    return absl::InvalidArgumentError(
        absl::StrCat("telemetry: got stale_after ", stale_after, " and max_nodes ", max_nodes,
                     ", need 1 or more, at most ", kMaxStaleAfter, " and ", kMaxNodes));
  }
  return absl::OkStatus();
}

// Neither `now` nor `taken` lies before 1970: nothing overflows.
absl::Status HealthTable::CheckTime(base::Time now, base::Time taken) const {
  if (now < base::Time()) {
    return absl::InvalidArgumentError(
        absl::StrCat("telemetry: got time ", base::ToUnixNanos(now), " ns, need one since 1970"));
  }
  if (taken - now > options_.max_ahead) {
    return absl::InvalidArgumentError(
        absl::StrCat("telemetry: got a report taken ", (taken - now).count(),
                     " ns ahead, need at most ", options_.max_ahead.count()));
  }
  const base::Duration stale = options_.stale_after * options_.interval;
  if (now - taken > stale) {
    return absl::InvalidArgumentError(absl::StrCat("telemetry: got a report taken ",
                                                   (now - taken).count(), " ns ago, need at most ",
                                                   stale.count()));
  }
  return absl::OkStatus();
}

bool HealthTable::HasRoom(base::Time now) const {
  if (entries_.size() < options_.max_nodes) return true;
  const HealthEntry* const oldest = by_age_.empty() ? nullptr : Find(by_age_.begin()->second);
  return oldest != nullptr && IsStale(*oldest, now);
}

absl::Status HealthTable::Ingest(base::Time now, base::ByteSpan bytes) {
  SHADW_RETURN_IF_ERROR(options_.Validate());
  // What is old or has no room is refused before its signature costs anything.
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
  SHADW_RETURN_IF_ERROR(CheckTime(now, seen.stats.taken));
  if (known == entries_.end() && !HasRoom(now)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("telemetry: got one node more, need at most ", options_.max_nodes));
  }
  SHADW_ASSIGN_OR_RETURN(const Report report, OpenReport(bytes));
  if (known != entries_.end()) {
    by_age_.erase({known->second.alive(), report.node});
  } else if (entries_.size() >= options_.max_nodes) {
    entries_.erase(by_age_.begin()->second);
    by_age_.erase(by_age_.begin());
  }
  HealthEntry& entry = entries_[report.node];
  entry = {.report = report, .heard = now, .bytes = base::ToBytes(bytes)};
  by_age_.emplace(entry.alive(), report.node);
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
