// SPDX-License-Identifier: Apache-2.0
//
// Goes on with a put whose writer died: keeps the segments that are whole and hold what
// the input holds, removes the one that was interrupted.
#ifndef LIBSHADW_VAULT_RESUME_H_
#define LIBSHADW_VAULT_RESUME_H_

#include <functional>
#include <optional>

#include "libshadw/vault/feeder.h"
#include "libshadw/vault/intents.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {

// The intent of an earlier put of this object's next version, with the same code.
absl::StatusOr<std::optional<FoundIntent>> FindUnfinishedPut(const IntentBook& intents,
                                                             const shard::ObjectKeys& keys,
                                                             uint32_t generation,
                                                             const SegmentId& id);

// What the earlier put must have been told, besides the input, to be gone on with.
struct ResumeExpectation {
  uint32_t cell_bytes = 0;
  bool bound = false;
  bool public_audit = false;
};

struct ResumePoint {
  uint32_t segments = 0;  // that are kept
  uint64_t object_bytes = 0;
  uint64_t sealed_bytes = 0;
  uint32_t attempt = 0;   // for the segments to come
  bool complete = false;  // nothing but the head is missing
};

// Consumes from `feeder` what the kept segments hold, and removes all behind them.
// `keep_lease` is called from time to time.
//   Errors   kFailedPrecondition  the input or an option differs from what the earlier put
//                                 stored: put it without resuming
absl::StatusOr<ResumePoint> SkipFinishedSegments(const Environment& env,
                                                 const shard::ObjectKeys& keys, SegmentId id,
                                                 const ResumeExpectation& expected, Feeder& feeder,
                                                 const std::function<absl::Status()>& keep_lease);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_RESUME_H_
