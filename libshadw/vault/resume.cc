// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/resume.h"

#include <algorithm>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/segment_stream.h"

namespace shadw::vault {
namespace {

absl::Status InputDiffers() {
  return absl::FailedPreconditionError(
      "vault: the input or an option differs from what the unfinished put stored; put it "
      "without resuming");
}

// Compares a stored segment with the input, a piece at a time.
absl::Status CompareWithInput(SegmentStream& stream, Feeder& feeder) {
  base::Bytes input;
  SHADW_RETURN_IF_ERROR(stream.Read(0, stream.extent().bytes, [&](base::ByteSpan stored) {
    input.resize(stored.size());
    SHADW_ASSIGN_OR_RETURN(const size_t got, feeder.Read(input));
    const bool same = got == stored.size() && std::ranges::equal(stored, input);
    return same ? absl::OkStatus() : InputDiffers();
  }));
  SHADW_ASSIGN_OR_RETURN(const bool at_end, feeder.AtEnd());
  const bool last = stream.header().audit.has(shard::kFlagLast);
  return at_end == last ? absl::OkStatus() : InputDiffers();
}

bool Differs(const shard::Header& stored, const ResumeExpectation& expected) {
  return stored.audit.cell_bytes != expected.cell_bytes ||
         stored.audit.has(shard::kFlagBound) != expected.bound ||
         stored.audit.has(shard::kFlagPrivate) == expected.public_audit;
}

uint32_t HighestAttempt(const LocatedSegment& located) {
  uint32_t attempt = 0;
  for (const auto* shards : {&located.shards, &located.surplus}) {
    for (const LocatedShard& shard : *shards) {
      attempt = std::max(attempt, shard.header.verify->attempt);
    }
  }
  return attempt;
}

}  // namespace

absl::StatusOr<std::optional<FoundIntent>> FindUnfinishedPut(const IntentBook& intents,
                                                             const shard::ObjectKeys& keys,
                                                             uint32_t generation,
                                                             const SegmentId& id) {
  for (const FoundIntent& intent : intents.All()) {
    if (intent.record.object == keys.id() && intent.record.generation == generation &&
        intent.record.sequence == id.sequence && intent.code == id.code) {
      return intent;
    }
  }
  return std::nullopt;
}

absl::StatusOr<ResumePoint> SkipFinishedSegments(const Environment& env,
                                                 const shard::ObjectKeys& keys, SegmentId id,
                                                 const ResumeExpectation& expected, Feeder& feeder,
                                                 const std::function<absl::Status()>& keep_lease) {
  ResumePoint point;
  while (!point.complete) {
    SHADW_RETURN_IF_ERROR(keep_lease());
    id.segment = point.segments;
    const LocatedSegment located = LocateSegment(env, keys, id, Search::kAllNodes);
    if (!located.shards.empty() && Differs(located.shards.front().header, expected)) {
      return InputDiffers();
    }
    if (located.shards.size() < id.code.total_shards()) {
      // Where a store was lost meanwhile, whole segments may lie behind the broken one.
      point.attempt = HighestAttempt(located) + 1;
      RemoveVersion(env, keys, id, 0);
      return point;
    }
    SHADW_ASSIGN_OR_RETURN(SegmentStream stream, SegmentStream::Open(env, keys, id));
    if (stream.extent().offset != point.object_bytes) return InputDiffers();
    SHADW_RETURN_IF_ERROR(CompareWithInput(stream, feeder));
    ++point.segments;
    point.object_bytes += stream.extent().bytes;
    point.sealed_bytes += stream.header().verify->sealed_bytes;
    point.complete = stream.header().audit.has(shard::kFlagLast);
  }
  return point;
}

}  // namespace shadw::vault
