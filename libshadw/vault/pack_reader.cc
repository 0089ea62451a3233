// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/pack_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/own_object.h"

namespace shadw::vault {
namespace {

// Most indices are not longer, and one question is cheaper than two.
constexpr uint64_t kLikelyIndexBytes = 16 << 10;

absl::StatusOr<std::vector<shard::RecordExtent>> ReadIndex(const Environment& env,
                                                           const LocatedObject& pack,
                                                           ReadReport& faults) {
  const uint64_t pack_bytes = pack.head.header.read->object_bytes;
  const uint64_t likely = std::min(pack_bytes, kLikelyIndexBytes);
  SHADW_ASSIGN_OR_RETURN(base::Bytes end, ReadOwnBytes(env, pack, pack_bytes - likely, likely,
                                                       kLikelyIndexBytes, faults));
  const base::ByteSpan last = base::ByteSpan(end).last(std::min<size_t>(end.size(), 4));
  SHADW_ASSIGN_OR_RETURN(const uint64_t bytes, shard::ReadPackIndexBytes(last, pack_bytes));
  if (bytes > likely) {
    SHADW_ASSIGN_OR_RETURN(
        end, ReadOwnBytes(env, pack, pack_bytes - bytes, bytes, shard::kMaxPackBytes, faults));
  }
  return shard::DecodePackIndex(base::ByteSpan(end).last(bytes), pack_bytes);
}

absl::StatusOr<shard::Member> ReadMemberAt(const Environment& env, const LocatedObject& pack,
                                           const shard::RecordId& record,
                                           const crypto::SecretKey& key, uint64_t offset,
                                           uint64_t bytes, ReadReport& faults) {
  SHADW_ASSIGN_OR_RETURN(const base::Bytes sealed,
                         ReadOwnBytes(env, pack, offset, bytes, shard::kMaxPackBytes, faults));
  return shard::OpenMember(record, key, sealed);
}

}  // namespace

absl::StatusOr<shard::Member> ReadMember(const Environment& env, const LocatedObject& pack,
                                         const shard::RecordId& record,
                                         const crypto::SecretKey& key,
                                         const std::optional<PackedPlace>& place,
                                         ReadReport& faults) {
  if (place && place->pack_sequence == pack.head.sequence()) {
    auto member = ReadMemberAt(env, pack, record, key, place->offset, place->bytes, faults);
    if (member.ok() || !absl::IsDataLoss(member.status())) return member;
  }
  SHADW_ASSIGN_OR_RETURN(const std::vector<shard::RecordExtent> index,
                         ReadIndex(env, pack, faults));
  const auto at = std::ranges::lower_bound(index, record, {}, &shard::RecordExtent::id);
  if (at == index.end() || at->id != record) {
    return absl::NotFoundError("vault: the object is no longer in its pack");
  }
  return ReadMemberAt(env, pack, record, key, at->offset, at->bytes, faults);
}

absl::StatusOr<std::vector<shard::RecordExtent>> ReadPackIndex(const Environment& env,
                                                               const LocatedObject& pack) {
  ReadReport faults;
  return ReadIndex(env, pack, faults);
}

absl::StatusOr<std::vector<shard::RecordExtent>> IndexOfPack(base::ByteSpan pack) {
  const base::ByteSpan last = pack.last(std::min<size_t>(pack.size(), 4));
  SHADW_ASSIGN_OR_RETURN(const uint64_t bytes, shard::ReadPackIndexBytes(last, pack.size()));
  return shard::DecodePackIndex(pack.last(bytes), pack.size());
}

absl::Status SendRange(base::ByteSpan content, uint64_t offset, uint64_t bytes,
                       const ByteSink& sink, ReadReport& report) {
  if (offset > content.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("vault: got offset ", offset, ", need at most ", content.size()));
  }
  const base::ByteSpan range =
      content.subspan(offset, std::min<uint64_t>(bytes, content.size() - offset));
  report.bytes = range.size();
  return range.empty() ? absl::OkStatus() : sink(range);
}

void DescribeMember(const CatalogueEntry& entry, ObjectInfo& info) {
  info.name = entry.name;
  info.object_bytes = entry.object_bytes;
  info.mtime_ns = entry.mtime_ns;
  info.mode = entry.mode;
  info.kind = entry.kind;
  info.sequence = entry.sequence;
  info.put_time_ns = entry.put_time_ns;
  info.packed = true;
}

CatalogueEntry EntryOfMember(const shard::ObjectId& pack, const shard::Member& member,
                             const PackedPlace& place) {
  return {.name = member.metadata.name,
          .id = pack,
          .sequence = 1,
          .object_bytes = member.content.size(),
          .mtime_ns = member.mtime_ns,
          .mode = member.metadata.mode,
          .put_time_ns = member.put_time_ns,
          .kind = member.metadata.kind,
          .packed = place};
}

absl::StatusOr<std::vector<PackRecord>> ReadAllRecords(const Environment& env,
                                                       const LocatedObject& pack) {
  SHADW_ASSIGN_OR_RETURN(const base::Bytes bytes, ReadOwnObject(env, pack, shard::kMaxPackBytes));
  SHADW_ASSIGN_OR_RETURN(std::vector<shard::RecordExtent> extents, IndexOfPack(bytes));
  std::ranges::sort(extents, {}, &shard::RecordExtent::offset);
  std::vector<PackRecord> records;
  records.reserve(extents.size());
  for (const shard::RecordExtent& extent : extents) {
    const base::ByteSpan record = base::ByteSpan(bytes).subspan(extent.offset, extent.bytes);
    records.push_back({extent, base::ToBytes(record)});
  }
  return records;
}

}  // namespace shadw::vault
