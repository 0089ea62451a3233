// SPDX-License-Identifier: Apache-2.0
//
// Goes on with a put whose writer died: keeps the segments that are whole and hold what
// the input holds, removes the one that was interrupted.
#ifndef LIBSHADW_VAULT_RESUME_H_
#define LIBSHADW_VAULT_RESUME_H_

#include <optional>

#include "libshadw/shard/geometry.h"
#include "libshadw/vault/feeder.h"
#include "libshadw/vault/intents.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {

// The intent of an earlier put of this object's next version, with the same code.
absl::StatusOr<std::optional<FoundIntent>> FindUnfinishedPut(const IntentBook& intents,
                                                             const shard::ObjectKeys& keys,
                                                             uint32_t generation,
                                                             const SegmentId& id);

struct ResumePoint {
  uint32_t segments = 0;  // that are kept
  uint64_t object_bytes = 0;
  uint64_t sealed_bytes = 0;
  uint32_t attempt = 0;   // for the next segment
  bool complete = false;  // nothing but the head is missing
};

// Consumes from `feeder` what the kept segments hold.
//   Errors   kFailedPrecondition  the input differs from what the earlier put stored:
//                                 put it without resuming
absl::StatusOr<ResumePoint> SkipFinishedSegments(const Environment& env,
                                                 const shard::ObjectKeys& keys, SegmentId id,
                                                 const shard::Geometry& geometry, Feeder& feeder);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_RESUME_H_
