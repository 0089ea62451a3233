// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/read.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/segment_stream.h"

namespace shadw::vault {
namespace {

absl::Status CheckReadable(const shard::ObjectKeys& keys, const FoundHead& head) {
  if (!keys.may_read() || !head.header.read) {
    return absl::PermissionDeniedError(
        absl::StrCat("vault: got the right to verify, need the right to read"));
  }
  if (head.header.audit.has(shard::kFlagTombstone)) {
    return absl::NotFoundError(
        absl::StrCat("vault: the object was removed in version ", head.sequence()));
  }
  return absl::OkStatus();
}

// Finds the segment that holds a byte. Segments of one object are mostly alike, so the
// first one's length makes a good guess; after that the search halves.
class SegmentFinder {
 public:
  SegmentFinder(const Environment& env, const shard::ObjectKeys& keys, const FoundHead& head)
      : env_(env), keys_(keys), head_(head) {}

  absl::StatusOr<SegmentStream> Open(uint32_t segment, base::Buffer room = {}) {
    SHADW_ASSIGN_OR_RETURN(
        SegmentStream stream,
        SegmentStream::Open(env_, keys_, SegmentId::Of(head_, segment), std::move(room)));
    const bool last = stream.header().audit.has(shard::kFlagLast);
    if (last != (segment + 1 == head_.header.audit.segment_count)) {
      return absl::DataLossError(absl::StrCat("vault: segment ", segment, " of ",
                                              head_.header.audit.segment_count,
                                              " contradicts the head about which is the last"));
    }
    return stream;
  }

  absl::StatusOr<SegmentStream> Find(uint64_t offset) {
    uint32_t low = 0;
    uint32_t high = head_.header.audit.segment_count - 1;
    uint32_t guess = 0;
    while (true) {
      SHADW_ASSIGN_OR_RETURN(SegmentStream stream, Open(guess));
      const shard::SegmentExtent extent = stream.extent();
      const bool before = offset < extent.offset;
      const bool inside = !before && offset - extent.offset < extent.bytes;
      if (inside || low == high) {
        found_ = guess;
        return stream;
      }
      if (before) {
        high = std::max(guess, low + 1) - 1;
      } else {
        low = std::min(guess + 1, high);
      }
      const bool first_try = guess == 0 && extent.bytes > 0;
      const uint64_t likely = first_try ? offset / extent.bytes : low + (high - low) / 2;
      guess = static_cast<uint32_t>(std::clamp<uint64_t>(likely, low, high));
    }
  }
  uint32_t found() const { return found_; }

 private:
  const Environment& env_;
  const shard::ObjectKeys& keys_;
  const FoundHead& head_;
  uint32_t found_ = 0;
};

void Collect(SegmentStream& stream, uint32_t segment, const Environment& env, ReadReport& report) {
  for (const shard::CellFault& fault : stream.TakeFaults()) {
    ReadFault& noted = report.faults.emplace_back(ReadFault{segment, fault, {}});
    const LocatedShard* shard = stream.located().Find(fault.index);
    if (shard != nullptr) noted.node = env.roster.node_id(shard->node);
  }
}

}  // namespace

absl::StatusOr<ObjectInfo> DescribeObject(const Environment& env, const shard::ObjectKeys& keys,
                                          const FoundHead& head) {
  const shard::AuditBox& audit = head.header.audit;
  ObjectInfo info{.id = keys.id(),
                  .generation = audit.generation,
                  .sequence = audit.sequence,
                  .version = audit.version,
                  .put_time_ns = audit.time_ns,
                  .code = head.code(),
                  .cell_bytes = audit.cell_bytes,
                  .segments = audit.segment_count,
                  .sealed_bytes = head.header.verify->sealed_bytes,
                  .bound = audit.has(shard::kFlagBound),
                  .public_audit = !audit.has(shard::kFlagPrivate),
                  .head_copies = head.nodes.size()};
  if (!head.header.read) return info;
  info.object_bytes = head.header.read->object_bytes;
  info.mtime_ns = head.header.read->mtime_ns;
  shard::Metadata metadata;
  if (audit.has(shard::kFlagMeta) && !audit.has(shard::kFlagTombstone)) {
    SHADW_ASSIGN_OR_RETURN(const SegmentStream stream,
                           SegmentStream::Open(env, keys, SegmentId::Of(head, 0)));
    metadata = stream.metadata();
  } else {
    SHADW_ASSIGN_OR_RETURN(metadata, shard::DecodeMetadata(head.header.read->metadata));
  }
  info.name = metadata.name;
  info.mode = metadata.mode;
  info.kind = metadata.kind;
  return info;
}

absl::StatusOr<ReadReport> ReadObject(const Environment& env, const shard::ObjectKeys& keys,
                                      const FoundHead& head, uint64_t offset, uint64_t bytes,
                                      const ByteSink& sink) {
  SHADW_RETURN_IF_ERROR(CheckReadable(keys, head));
  const uint64_t object_bytes = head.header.read->object_bytes;
  const uint32_t count = head.header.audit.segment_count;
  if (offset > object_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("vault: got offset ", offset, ", need at most ", object_bytes));
  }
  if (count == 0) return absl::DataLossError("vault: the head says 0 segments, need at least 1");
  ReadReport report;
  uint64_t left = std::min(bytes, object_bytes - offset);
  SegmentFinder finder(env, keys, head);
  SHADW_ASSIGN_OR_RETURN(SegmentStream stream, offset == 0 ? finder.Open(0) : finder.Find(offset));
  uint32_t segment = finder.found();
  while (true) {
    const shard::SegmentExtent extent = stream.extent();
    if (extent.offset > offset || extent.bytes > object_bytes ||
        extent.offset > object_bytes - extent.bytes ||
        (left > 0 && offset - extent.offset >= extent.bytes)) {
      return absl::DataLossError(absl::StrCat("vault: segment ", segment,
                                              " does not hold the bytes that should be in it"));
    }
    const uint64_t inside = offset - extent.offset;
    const uint64_t take = std::min(left, extent.bytes - inside);
    const absl::Status read = stream.Read(inside, take, sink);
    Collect(stream, segment, env, report);
    if (!read.ok()) return read;
    report.bytes += take;
    offset += take;
    left -= take;
    if (left == 0) return report;
    if (++segment == count) {
      return absl::DataLossError(
          absl::StrCat("vault: the segments end ", left, " bytes before the size in the head"));
    }
    SHADW_ASSIGN_OR_RETURN(stream, finder.Open(segment, stream.TakeRoom()));
  }
}

}  // namespace shadw::vault
