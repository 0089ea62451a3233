// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/inspect.h"
#include "libshadw/vault/upkeep.h"

namespace shadw::vault {
namespace {

// What an auditor gathers of one version while he goes through the stores.
struct AuditedVersion {
  SegmentId id;
  uint32_t segment_count = 0;
  size_t head_copies = 0;
  bool tombstone = false;
  std::map<uint32_t, LocatedSegment> segments;
};

// An audit lists every shard that is missing; where this many segments are, it says just that.
constexpr uint32_t kMaxLostSegments = 10'000;

class StoreListing {
 public:
  StoreListing(const Environment& env, const shard::ObjectKeys& keys) : env_(env), keys_(keys) {}

  absl::Status Go() {
    for (size_t node = 0; node < env_.roster.size(); ++node) {
      std::optional<store::StorageId> after;
      while (true) {
        // A store that cannot be listed holds nothing that an audit could find.
        const auto ids = env_.roster.store(node).List(after, store::kMaxListEntries);
        if (!ids.ok() || ids->empty()) break;
        // Nor does one that does not get on.
        if (after && ids->front() <= *after) break;
        for (const store::StorageId& id : *ids) Look(node, id);
        after = std::ranges::max(*ids);
      }
    }
    if (versions_.empty()) {
      return absl::NotFoundError("vault: no store holds a shard of this object");
    }
    return absl::OkStatus();
  }

  // Of the highest sequence that a head confirms; a put that is under way has none.
  AuditedVersion& Newest() {
    const auto newest = std::ranges::max_element(versions_, {}, [](const auto& entry) {
      const AuditedVersion& version = entry.second;
      return std::tuple(version.head_copies > 0, version.id.sequence, version.head_copies);
    });
    return newest->second;
  }

 private:
  void Look(size_t node, const store::StorageId& id) {
    base::ByteArray<shard::kHeaderBytes> bytes;
    const auto got = env_.roster.store(node).Get(id, 0, bytes);
    if (!got.ok() || *got != bytes.size() || !shard::CommitsTo(bytes, keys_.audit_key())) return;
    auto header = shard::OpenHeader(bytes, keys_, shard::OpenTo::kAudit);
    if (!header.ok() || header->audit.node != env_.roster.node_id(node)) return;
    const shard::AuditBox& audit = header->audit;
    AuditedVersion& version = versions_[audit.version];
    version.id = {
        audit.version,
        audit.sequence,
        0,
        {audit.data_shards, static_cast<uint16_t>(audit.total_shards - audit.data_shards)},
        audit.epoch};
    version.segment_count = std::max(version.segment_count, audit.segment_count);
    if (audit.segment == shard::kHeadSegment) {
      ++version.head_copies;
      version.tombstone = audit.has(shard::kFlagTombstone);
      return;
    }
    version.segment_count = std::max(version.segment_count, audit.segment + 1);
    LocatedSegment& segment = version.segments[audit.segment];
    auto& shards = segment.Find(audit.index) == nullptr ? segment.shards : segment.surplus;
    shards.push_back({node, id, *std::move(header), true});
  }

  const Environment& env_;
  const shard::ObjectKeys& keys_;
  std::map<shard::VersionId, AuditedVersion> versions_;
};

}  // namespace

absl::StatusOr<VerifyReport> VerifyObject(const Environment& env, const shard::ObjectKeys& keys,
                                          const FoundHead& head) {
  VerifyReport report;
  report.head_copies = head.nodes.size();
  report.head_copies_expected = HeadCopies(env, head.code().parity_shards);
  for (uint32_t segment = 0; segment < head.header.audit.segment_count; ++segment) {
    const SegmentId id = SegmentId::Of(head, segment);
    SHADW_ASSIGN_OR_RETURN(
        const InspectedSegment inspected,
        InspectSegment(env, keys, id, LocateSegment(env, keys, id, Search::kAllNodes)));
    AddToReport(inspected, id, report);
  }
  return report;
}

absl::StatusOr<VerifyReport> AuditObject(const Environment& env, const shard::ObjectKeys& keys) {
  StoreListing listing(env, keys);
  SHADW_RETURN_IF_ERROR(listing.Go());
  AuditedVersion& version = listing.Newest();
  if (version.tombstone) return absl::NotFoundError("vault: the object was removed");
  // Whoever has the audit key could have made up a header that speaks of any number.
  if (version.segment_count > kMaxLostSegments + version.segments.size()) {
    return absl::DataLossError(absl::StrCat("vault: got shards of ", version.segments.size(),
                                            " segments, need those of ", version.segment_count));
  }
  VerifyReport report;
  report.head_copies = version.head_copies;
  report.head_copies_expected = HeadCopies(env, version.id.code.parity_shards);
  for (uint32_t segment = 0; segment < version.segment_count; ++segment) {
    version.id.segment = segment;
    SHADW_ASSIGN_OR_RETURN(
        const InspectedSegment inspected,
        InspectSegment(env, keys, version.id, std::move(version.segments[segment])));
    AddToReport(inspected, version.id, report);
  }
  return report;
}

}  // namespace shadw::vault
