// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/shard/rewrap.h"
#include "libshadw/vault/upkeep.h"

namespace shadw::vault {
namespace {

// The first epoch from the next one on whose place is free: a rotation that was
// interrupted, or garbage, may have taken some.
absl::StatusOr<uint32_t> NextEpoch(const Environment& env, const shard::ObjectKeys& keys,
                                   const SegmentId& id, const LocatedShard& shard) {
  const uint32_t last = std::max(id.first_epoch, env.EpochNow()) + kEpochsAhead;
  shard::ShardAddress address = shard.header.audit.address();
  address.epoch = std::max(address.epoch + 1, env.EpochNow());
  for (; address.epoch <= last; ++address.epoch) {
    const store::StorageId place = keys.ShardStorageId(address);
    if (env.roster.Look(shard.node, {&place, 1}).empty()) return address.epoch;
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("vault: shard ", address.index, " was rotated ", kEpochsAhead,
                   " times within one epoch, readers look no farther ahead"));
}

absl::Status RotateShard(const Environment& env, const shard::ObjectKeys& keys, const SegmentId& id,
                         const LocatedSegment& segment, uint16_t index, RotateReport& report) {
  const LocatedShard* old = segment.Find(index);
  if (old == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat("vault: shard ", index, " of segment ",
                                                      id.segment,
                                                      " is missing or damaged, repair it first"));
  }
  SHADW_ASSIGN_OR_RETURN(const uint32_t epoch, NextEpoch(env, keys, id, *old));
  const shard::RewrapTarget target{.index = index,
                                   .copy = old->header.audit.copy,
                                   .node = old->header.audit.node,
                                   .epoch = epoch,
                                   .replaces = &old->header};
  StoreCellSource source(env, segment);
  SHADW_ASSIGN_OR_RETURN(
      const std::vector<shard::RewrappedShard> rotated,
      shard::RewrapShards(keys, {&old->header, 1}, &source, {&target, 1}, env.Seal()));
  const store::StorageId new_id = keys.ShardStorageId(rotated.front().address);
  store::Store& store = env.roster.store(old->node);
  SHADW_RETURN_IF_ERROR(store.Put(new_id, rotated.front().bytes.span(),
                                  store::HashToken(keys.TokenFor(store.node_id(), new_id))));
  SHADW_RETURN_IF_ERROR(store.Flush());
  SHADW_RETURN_IF_ERROR(store.Delete(old->id, keys.TokenFor(store.node_id(), old->id)));
  SHADW_RETURN_IF_ERROR(store.Flush());
  ++report.shards_rotated;
  report.bytes_written += rotated.front().bytes.size();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RotateReport> RotateObject(const Environment& env, const shard::ObjectKeys& keys,
                                          const FoundHead& head, std::optional<uint16_t> index) {
  if (!keys.may_repair()) {
    return absl::PermissionDeniedError(absl::StrCat("vault: got the right to ",
                                                    keys.may_read() ? "read" : "audit",
                                                    ", need the right to verify or write"));
  }
  const uint16_t total = head.code().total_shards();
  if (index && *index >= total) {
    return absl::InvalidArgumentError(
        absl::StrCat("vault: got shard ", *index, ", need less than ", total));
  }
  RotateReport report;
  for (uint32_t segment = 0; segment < head.header.audit.segment_count; ++segment) {
    const SegmentId id = SegmentId::Of(head, segment);
    const LocatedSegment located = LocateSegment(env, keys, id, Search::kAllNodes);
    const uint16_t first = index.value_or(0);
    const uint16_t end = index ? static_cast<uint16_t>(first + 1) : total;
    for (uint16_t j = first; j < end; ++j) {
      const absl::Status rotated = RotateShard(env, keys, id, located, j, report);
      if (rotated.ok()) continue;
      ++report.shards_left;
      report.first_left.Update(rotated);
    }
  }
  if (report.shards_rotated == 0 && report.shards_left > 0) return report.first_left;
  return report;
}

}  // namespace shadw::vault
