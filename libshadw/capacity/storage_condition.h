// SPDX-License-Identifier: Apache-2.0
//
// Whether a node may be given another shard and be paid for storage: only after its
// capacity was proven, only while that is fresh, and only for what fits.
//
//   SHADW_ASSIGN_OR_RETURN(const StorageVerdict verdict,
//                          CheckStorage(report, audit, {.now = now, .shard_bytes = size}));
//   if (verdict == StorageVerdict::kAccepted) …
#ifndef LIBSHADW_CAPACITY_STORAGE_CONDITION_H_
#define LIBSHADW_CAPACITY_STORAGE_CONDITION_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "libshadw/base/time.h"

namespace shadw::capacity {

struct CapacityReport {
  base::Time time{};
  uint64_t disk_reported_bytes = 0;  // sR
  uint64_t disk_taken_bytes = 0;     // sT
};

// How an audit ended. Only the first is a proof, and only the second is a lie found.
enum class AuditOutcome : uint8_t { kAccepted, kFailed, kUnknownError, kOffline, kTimedOut };

struct AuditResult {
  base::Time time{};
  AuditOutcome outcome = AuditOutcome::kUnknownError;
  uint64_t proven_bytes = 0;
};

struct NewShard {
  base::Time now{};
  uint64_t shard_bytes = 0;
};

enum class StorageVerdict : uint8_t {
  kAccepted,
  kAuditNotAccepted,  // whatever the outcome was instead
  kMoreThanReported,  // it proved more bytes than it says it has
  kNoRoom,            // the shard does not fit into what is free
};

// The condition in its corrected form: the audit accepted, the capacity report is younger
// than 86,400 s, proven bytes <= sR, and the shard fits into sR - sT. The first that does
// not hold is the verdict.
//   Range    one of the four verdicts
//   Monotone in accepts no larger shard than before where sT rises or sR falls
//   Units    bytes; ns
//   Errors   kInvalidArgument     sT > sR
//            kFailedPrecondition  the audit is older than the report, either is of the
//                                 future, or the report is 86,400 s old or older
//   Paper    "CΔ˚ = {if} Pr[…] = 1   1 must be returned at all times and be larger than C"
//   Defect   a probability is compared with a capacity
//   Modes    CheckStorage              corrected
//            StorageIsLargerThanShare  paper literal
//   Source   catalogue S63 and R4; Decentralized Datacenter White Paper
absl::StatusOr<StorageVerdict> CheckStorage(const CapacityReport& report, const AuditResult& audit,
                                            const NewShard& shard);

// The condition as printed, with C as the node's share of all capacity: 1 > C / ΣC.
//   Range    false where one node holds all of C, true otherwise
//   Monotone in turns false as the share reaches 1
//   Units    none: both capacities in one unit
//   Errors   kInvalidArgument  the sum is 0 or below the node's own, or either is negative
//                              or not finite
//   Modes    as CheckStorage
//   Source   catalogue S63 and R4
absl::StatusOr<bool> StorageIsLargerThanShare(double capacity, double total_capacity);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_STORAGE_CONDITION_H_
