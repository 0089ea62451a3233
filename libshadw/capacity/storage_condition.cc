// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/storage_condition.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "libshadw/capacity/window.h"

namespace shadw::capacity {

absl::StatusOr<StorageVerdict> CheckStorage(const CapacityReport& report, const AuditResult& audit,
                                            const NewShard& shard) {
  if (report.disk_taken_bytes > report.disk_reported_bytes) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got ", report.disk_taken_bytes,
                                                   " bytes taken, need at most the ",
                                                   report.disk_reported_bytes, " reported"));
  }
  if (audit.time < report.time) {
    return absl::FailedPreconditionError(
        "capacity: got an audit before the capacity report, need one after it");
  }
  if (audit.time > shard.now) {
    return absl::FailedPreconditionError("capacity: got an audit of the future, need a past one");
  }
  const __int128 age_ns =
      static_cast<__int128>(base::ToUnixNanos(shard.now)) - base::ToUnixNanos(report.time);
  if (age_ns >= static_cast<__int128>(kWindowSeconds) * 1'000'000'000) {
    return absl::FailedPreconditionError(absl::StrCat("capacity: got a report of ",
                                                      static_cast<int64_t>(age_ns / 1'000'000'000),
                                                      " s ago, need one under ", kWindowSeconds));
  }
  if (audit.outcome != AuditOutcome::kAccepted) return StorageVerdict::kAuditNotAccepted;
  if (audit.proven_bytes > report.disk_reported_bytes) return StorageVerdict::kMoreThanReported;
  if (shard.shard_bytes > report.disk_reported_bytes - report.disk_taken_bytes) {
    return StorageVerdict::kNoRoom;
  }
  return StorageVerdict::kAccepted;
}

absl::StatusOr<bool> StorageIsLargerThanShare(double capacity, double total_capacity) {
  if (!std::isfinite(capacity) || capacity < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("capacity: got C ", capacity, ", need a finite number not below 0"));
  }
  if (!std::isfinite(total_capacity) || total_capacity <= 0 || total_capacity < capacity) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got a sum of ", total_capacity,
                                                   ", need a finite one above 0 and not below C"));
  }
  return capacity < total_capacity;
}

}  // namespace shadw::capacity
