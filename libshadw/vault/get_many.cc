// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/get_many.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/cleanup.h"
#include "libshadw/vault/have_heads.h"
#include "libshadw/vault/own_object.h"
#include "libshadw/vault/pack_reader.h"

namespace shadw::vault {
namespace {

// A pack is read whole where an eighth of it or more is wanted.
constexpr uint64_t kWorthwhilePart = 8;

using Group = std::vector<const CatalogueEntry*>;

// A pack at hand: whole, or ready to be asked for single members.
class OpenPack {
 public:
  OpenPack(const ManyContext& context, const Group& wanted) : context_(context) {
    uint64_t bytes = 0;
    for (const CatalogueEntry* entry : wanted) bytes += entry->packed->bytes;
    const shard::ObjectId& id = wanted.front()->id;
    // Where this fails, members are looked for one by one, which says why.
    OnNewest([&] { return context_.packs.Locate(id); },
             [&](const LocatedObject& pack) { return Load(pack, bytes); })
        .IgnoreError();
  }

  absl::StatusOr<shard::Member> Read(const CatalogueEntry& entry) {
    if (!pack_) return absl::NotFoundError("vault: the object's pack is not at hand");
    const shard::RecordId& record = entry.packed->record;
    const crypto::SecretKey key = context_.keys.MemberKey(record);
    const auto at = std::ranges::lower_bound(index_, record, {}, &shard::RecordExtent::id);
    if (at == index_.end() || at->id != record) {
      return ReadMember(context_.env, *pack_, record, key, entry.packed, faults_);
    }
    return shard::OpenMember(record, key, base::ByteSpan(bytes_).subspan(at->offset, at->bytes));
  }

  std::vector<ReadFault> TakeFaults() { return std::exchange(faults_.faults, {}); }

 private:
  absl::Status Load(const LocatedObject& pack, uint64_t wanted_bytes) {
    pack_ = pack;
    index_.clear();
    faults_.faults.clear();
    const uint64_t pack_bytes = pack.head.header.read->object_bytes;
    if (wanted_bytes * kWorthwhilePart < pack_bytes) return absl::OkStatus();
    SHADW_ASSIGN_OR_RETURN(
        bytes_, ReadOwnBytes(context_.env, pack, 0, pack_bytes, shard::kMaxPackBytes, faults_));
    SHADW_ASSIGN_OR_RETURN(index_, IndexOfPack(bytes_));
    return absl::OkStatus();
  }

  const ManyContext& context_;
  std::optional<LocatedObject> pack_;
  base::Bytes bytes_;
  std::vector<shard::RecordExtent> index_;  // of what is in `bytes_`, by id
  ReadReport faults_;
};

class Visit {
 public:
  Visit(const ManyContext& context, const ObjectVisitor& visitor)
      : context_(context), visitor_(visitor) {}

  absl::Status Run(std::span<const CatalogueEntry> entries) {
    std::vector<std::string> packed;
    for (const CatalogueEntry& entry : entries) {
      if (entry.packed) packed.push_back(entry.name);
    }
    const std::vector<bool> have_heads = HaveHeads(context_.env, context_.keys, packed);
    auto has_heads = have_heads.begin();
    std::vector<Group> packs;  // in the order in which they are met
    std::map<shard::ObjectId, size_t> position;
    for (const CatalogueEntry& entry : entries) {
      if (!entry.packed || *has_heads++) {
        SHADW_RETURN_IF_ERROR(VisitAlone(entry));
        continue;
      }
      const auto at = position.emplace(entry.id, packs.size()).first;
      if (at->second == packs.size()) packs.emplace_back();
      packs[at->second].push_back(&entry);
    }
    for (const Group& pack : packs) SHADW_RETURN_IF_ERROR(VisitPack(pack));
    return absl::OkStatus();
  }

 private:
  // What the catalogue says may be older than the object, so it is asked itself.
  absl::Status VisitAlone(const CatalogueEntry& entry) {
    const auto info = context_.info(entry.name);
    if (!info.ok()) return visitor_(entry, [&](const ByteSink&) { return info.status(); });
    return visitor_(EntryOf(*info),
                    [&](const ByteSink& sink) { return context_.get(entry.name, sink); });
  }

  absl::Status VisitPack(const Group& entries) {
    OpenPack pack(context_, entries);
    for (const CatalogueEntry* entry : entries) {
      const auto member = pack.Read(*entry);
      if (!member.ok() || member->metadata.name != entry->name) {
        SHADW_RETURN_IF_ERROR(VisitAlone(*entry));
        continue;
      }
      const auto read = [&](const ByteSink& sink) -> absl::StatusOr<ReadReport> {
        ReadReport report{.faults = pack.TakeFaults()};
        SHADW_RETURN_IF_ERROR(SendRange(member->content, 0, UINT64_MAX, sink, report));
        return report;
      };
      SHADW_RETURN_IF_ERROR(visitor_(*entry, read));
    }
    return absl::OkStatus();
  }

  const ManyContext& context_;
  const ObjectVisitor& visitor_;
};

}  // namespace

absl::Status VisitMany(const ManyContext& context, std::span<const CatalogueEntry> entries,
                       const ObjectVisitor& visitor) {
  return Visit(context, visitor).Run(entries);
}

}  // namespace shadw::vault
