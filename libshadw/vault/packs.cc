// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/packs.h"

#include <algorithm>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/own_object.h"
#include "libshadw/vault/pack_layout.h"
#include "libshadw/vault/tombstone.h"

namespace shadw::vault {
namespace {

constexpr int kMaxTurns = 64;
// Dead lists that are changed at once: each keeps one of the 64 slots for intents until the
// catalogue is changed too.
constexpr size_t kMaxBurials = 4;
// More than any pack has: its length is what bounds it.
constexpr uint64_t kAnyStripes = 1 << 20;

// Records at their offsets, the gaps between them zero, and the index.
base::Bytes JoinPack(std::span<const base::ByteSpan> records, std::span<const uint32_t> offsets,
                     std::span<const shard::RecordId> ids) {
  base::Bytes pack;
  std::vector<shard::RecordExtent> extents;
  for (size_t i = 0; i < offsets.size(); ++i) {
    pack.resize(offsets[i]);
    pack.insert(pack.end(), records[i].begin(), records[i].end());
    extents.push_back({ids[i], offsets[i], static_cast<uint32_t>(records[i].size())});
  }
  const base::Bytes index = shard::EncodePackIndex(std::move(extents));
  pack.insert(pack.end(), index.begin(), index.end());
  return pack;
}

std::vector<CatalogueEdit> EditsOf(CatalogueEdit::Kind kind,
                                   std::span<const CatalogueEntry> entries) {
  std::vector<CatalogueEdit> edits;
  for (const CatalogueEntry& entry : entries) edits.push_back({kind, entry});
  return edits;
}

// The edits, those that concern one pack's members together, and where one run of
// kMaxBurials packs ends and the next begins.
struct EditsByPack {
  std::vector<CatalogueEdit> edits;
  std::vector<size_t> ends;
};

EditsByPack SortByPack(std::span<const CatalogueEdit> edits,
                       std::span<const CatalogueEntry> leaving) {
  std::map<std::string_view, shard::ObjectId> left;
  for (const CatalogueEntry& entry : leaving) left[entry.name] = entry.id;
  const auto pack_of = [&](const CatalogueEdit& edit) {
    const auto at = left.find(edit.entry.name);
    return at == left.end() ? shard::ObjectId{} : at->second;
  };
  EditsByPack sorted{{edits.begin(), edits.end()}, {}};
  std::ranges::stable_sort(sorted.edits, {}, pack_of);
  size_t packs = 0;
  for (size_t i = 1; i < sorted.edits.size(); ++i) {
    if (pack_of(sorted.edits[i - 1]) == pack_of(sorted.edits[i])) continue;
    if (++packs % kMaxBurials == 0) sorted.ends.push_back(i);
  }
  sorted.ends.push_back(sorted.edits.size());
  return sorted;
}

}  // namespace

absl::StatusOr<PutResult> Packs::Put(std::span<SealedRecord> records,
                                     std::span<const uint32_t> offsets, const PutOptions& options) {
  std::vector<base::ByteSpan> bytes;
  std::vector<shard::RecordId> ids;
  for (const SealedRecord& record : records) {
    bytes.push_back(record.bytes);
    ids.push_back(record.entry.packed->record);
  }
  const shard::ObjectKeys keys = vault_.ForSalt(env_.options.random->Array<16>(), 0);
  SHADW_ASSIGN_OR_RETURN(PutResult result,
                         PutOwnObject(env_, keys, std::nullopt, shard::ObjectKind::kPack,
                                      JoinPack(bytes, offsets, ids), options, intents_));
  for (size_t i = 0; i < records.size(); ++i) {
    CatalogueEntry& entry = records[i].entry;
    entry.id = keys.id();
    entry.packed->pack_sequence = result.receipt.sequence;
    entry.packed->offset = offsets[i];
    entry.packed->bytes = static_cast<uint32_t>(records[i].bytes.size());
  }
  return result;
}

absl::StatusOr<LocatedObject> Packs::Locate(const shard::ObjectId& pack) const {
  const shard::ObjectKeys keys = vault_.ForSalt(shard::SaltOf(pack), 0);
  SHADW_ASSIGN_OR_RETURN(std::optional<FoundHead> head, FindNewestHead(env_, keys, 0, kNearLeaps));
  if (!head || head->header.audit.has(shard::kFlagTombstone)) {
    return absl::NotFoundError("vault: the object's pack is not on these stores");
  }
  return LocatedObject{keys, *std::move(head)};
}

absl::StatusOr<Packs::LoadedList> Packs::LoadList(const shard::ObjectId& pack) const {
  const shard::ObjectKeys keys = vault_.ForSalt(vault_.DeadListSalt(shard::SaltOf(pack)), 0);
  LoadedList none{keys, std::nullopt, {.pack = pack, .records = {}}};
  const auto locate = [&]() -> absl::StatusOr<LocatedObject> {
    SHADW_ASSIGN_OR_RETURN(std::optional<FoundHead> head,
                           FindNewestHead(env_, keys, 0, kNearLeaps));
    if (head) none.head = *head;
    if (!head || head->header.audit.has(shard::kFlagTombstone)) {
      return absl::NotFoundError("vault: the pack has no dead list");
    }
    return LocatedObject{keys, *std::move(head)};
  };
  const auto read = [&](const LocatedObject& object) -> absl::StatusOr<LoadedList> {
    SHADW_ASSIGN_OR_RETURN(const base::Bytes bytes, ReadOwnObject(env_, object, kMaxDeadListBytes));
    SHADW_ASSIGN_OR_RETURN(DeadList list, DecodeDeadList(bytes));
    if (list.pack != pack) return absl::DataLossError("vault: a dead list is another pack's");
    return LoadedList{keys, object.head, std::move(list)};
  };
  auto loaded = OnNewest(locate, read);
  return absl::IsNotFound(loaded.status()) ? none : std::move(loaded);
}

absl::StatusOr<PutResult> Packs::StoreList(const LoadedList& list, const erasure::Code& of_pack,
                                           base::Time until) {
  const erasure::Code code = list.head ? list.head->code() : of_pack;
  return PutOwnObject(env_, list.keys, list.head, shard::ObjectKind::kDeadList,
                      EncodeDeadList(list.list), {.code = code}, intents_, until);
}

absl::StatusOr<Packs::Burial> Packs::AddDead(LocatedObject pack,
                                             std::span<const CatalogueEntry> dead,
                                             base::Time until) {
  absl::Status status;
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    if (env_.Now() >= until) {
      return absl::DeadlineExceededError("vault: the lease ended before all was buried");
    }
    SHADW_ASSIGN_OR_RETURN(LoadedList loaded, LoadList(pack.keys.id()));
    const size_t before = loaded.list.records.size();
    for (const CatalogueEntry& entry : dead) {
      loaded.list.records.emplace(entry.packed->record,
                                  DeadRecord{entry.packed->bytes, entry.name});
    }
    if (loaded.list.records.size() == before) {
      return Burial{std::move(pack), std::nullopt, std::move(loaded)};
    }
    auto stored = StoreList(loaded, pack.head.code(), until);
    if (stored.ok()) return Burial{std::move(pack), *std::move(stored), std::move(loaded)};
    status = stored.status();
    if (!absl::IsAborted(status)) return status;
  }
  return status;
}

absl::Status Packs::Begin(std::span<const CatalogueEntry> dead, std::vector<Burial>& burials,
                          base::Time until) {
  std::map<shard::ObjectId, std::vector<CatalogueEntry>> by_pack;
  for (const CatalogueEntry& entry : dead) by_pack[entry.id].push_back(entry);
  absl::Status first;
  for (const auto& [id, entries] : by_pack) {
    auto pack = Locate(id);
    if (absl::IsNotFound(pack.status())) continue;
    first.Update(pack.status());
    if (!pack.ok()) continue;
    auto burial = AddDead(*std::move(pack), entries, until);
    first.Update(burial.status());
    if (burial.ok()) burials.push_back(*std::move(burial));
  }
  return first;
}

// The lists' intents stand until the packs are compacted too.
void Packs::End(std::span<const Burial> burials) {
  for (const Burial& burial : burials) {
    // The members are buried in any case; a pack that cannot be rewritten now is next time.
    const shard::VersionId mine = burial.put ? burial.put->receipt.version : shard::VersionId{};
    CompactIfMostlyDead(burial.pack, burial.list.list, mine).IgnoreError();
    if (burial.put) FinishPut(env_, burial.list.keys, *burial.put, intents_);
  }
}

bool Packs::OthersBury(const shard::ObjectId& pack, const shard::VersionId& mine,
                       bool alive) const {
  const shard::ObjectId list = vault_.ForSalt(vault_.DeadListSalt(shard::SaltOf(pack)), 0).id();
  const int64_t now = base::ToUnixNanos(env_.Now());
  const std::vector<FoundIntent> intents = intents_.All();
  return std::ranges::any_of(intents, [&](const FoundIntent& intent) {
    const shard::IntentRecord& record = intent.record;
    return record.object == list && record.version != mine && (!alive || record.lease_end_ns > now);
  });
}

absl::Status Packs::CompactIfMostlyDead(const LocatedObject& pack, const DeadList& dead,
                                        const shard::VersionId& mine) {
  if (dead.bytes() * 2 <= pack.head.header.read->object_bytes) return absl::OkStatus();
  // What others have on the list is there for readers until they change the catalogue.
  if (OthersBury(pack.keys.id(), mine, false)) return absl::OkStatus();
  CompactReport report;
  return CompactTo(pack, dead, report);
}

absl::Status Packs::TakeOut(std::span<const CatalogueEntry> members, const erasure::Code& code) {
  std::vector<CatalogueEntry> none;
  return catalogue_.Apply(EditsOf(CatalogueEdit::Kind::kRemove, members), code, none);
}

absl::Status Packs::Enter(std::span<const CatalogueEdit> edits, const erasure::Code& code,
                          base::Time until) {
  SHADW_ASSIGN_OR_RETURN(const std::vector<CatalogueEntry> leaving, catalogue_.Preview(edits));
  const EditsByPack sorted = SortByPack(edits, leaving);
  if (sorted.ends.size() == 1) return EnterSome(edits, leaving, code, until);
  absl::Status first;
  size_t begin = 0;
  for (const size_t end : sorted.ends) {
    const auto some = std::span(sorted.edits).subspan(begin, end - begin);
    const auto expected = catalogue_.Preview(some);
    absl::Status entered =
        expected.ok() ? EnterSome(some, *expected, code, until) : expected.status();
    if (absl::IsDeadlineExceeded(entered)) return entered;
    first.Update(entered);
    begin = end;
  }
  return first;
}

absl::Status Packs::EnterSome(std::span<const CatalogueEdit> edits,
                              std::span<const CatalogueEntry> expected, const erasure::Code& code,
                              base::Time until) {
  std::vector<Burial> burials;
  SHADW_RETURN_IF_ERROR(Begin(expected, burials, until));
  std::vector<CatalogueEntry> gone;
  SHADW_RETURN_IF_ERROR(catalogue_.Apply(edits, code, gone, until));
  End(burials);
  // Others may have written meanwhile.
  std::erase_if(gone, [&](const CatalogueEntry& entry) {
    return std::ranges::find(expected, entry) != expected.end();
  });
  return Bury(gone);
}

absl::Status Packs::Bury(std::span<const CatalogueEntry> gone) {
  std::map<shard::ObjectId, std::vector<CatalogueEntry>> by_pack;
  for (const CatalogueEntry& entry : gone) by_pack[entry.id].push_back(entry);
  absl::Status first;
  for (const auto& [id, entries] : by_pack) {
    std::vector<Burial> burials;
    first.Update(Begin(entries, burials));
    End(burials);
  }
  return first;
}

absl::Status Packs::Remove(std::span<const CatalogueEntry> members) {
  std::vector<Burial> burials;
  SHADW_RETURN_IF_ERROR(Begin(members, burials));
  const bool none = burials.empty();
  const erasure::Code code = none ? env_.options.code : burials.front().pack.head.code();
  SHADW_RETURN_IF_ERROR(TakeOut(members, code));
  End(burials);
  return absl::OkStatus();
}

absl::Status Packs::Compact(const shard::ObjectId& pack, std::span<const shard::RecordId> live,
                            CompactReport& report) {
  SHADW_ASSIGN_OR_RETURN(const LocatedObject located, Locate(pack));
  SHADW_ASSIGN_OR_RETURN(const std::vector<shard::RecordExtent> index,
                         ReadPackIndex(env_, located));
  DeadList dead{.pack = pack, .records = {}};
  for (const shard::RecordExtent& record : index) {
    if (std::ranges::binary_search(live, record.id)) continue;
    dead.records.emplace(record.id, DeadRecord{record.bytes, {}});
  }
  const uint64_t bytes = located.head.header.read->object_bytes;
  const erasure::Code code = located.head.code();
  const bool worth_it = PackStoredBytes(bytes - std::min(dead.bytes(), bytes), code) * 8 <=
                        PackStoredBytes(bytes, code) * 7;
  return worth_it ? CompactTo(located, dead, report) : absl::OkStatus();
}

absl::Status Packs::CompactTo(const LocatedObject& pack, const DeadList& dead,
                              CompactReport& report) {
  SHADW_ASSIGN_OR_RETURN(std::vector<PackRecord> records, ReadAllRecords(env_, pack));
  std::erase_if(records,
                [&](const PackRecord& record) { return dead.records.contains(record.extent.id); });
  report.bytes_before += pack.head.header.read->object_bytes;
  if (!records.empty()) {
    SHADW_RETURN_IF_ERROR(Rewrite(pack, records, report));
    return Forget(pack, dead);
  }
  SHADW_RETURN_IF_ERROR(DropPack(pack));
  ++report.packs_removed;
  return absl::OkStatus();
}

absl::Status Packs::Rewrite(const LocatedObject& pack, std::span<const PackRecord> live,
                            CompactReport& report) {
  std::vector<uint32_t> sizes;
  std::vector<base::ByteSpan> bytes;
  std::vector<shard::RecordId> ids;
  for (const PackRecord& record : live) {
    sizes.push_back(record.extent.bytes);
    bytes.push_back(record.bytes);
    ids.push_back(record.extent.id);
  }
  const erasure::Code code = pack.head.code();
  const PackLayout layout = LayOutPack(sizes, code, kAnyStripes);
  const shard::AuditBox& audit = pack.head.header.audit;
  const PutOptions options{.code = code,
                           .compress = false,
                           .public_audit = !audit.has(shard::kFlagPrivate),
                           .bound = audit.has(shard::kFlagBound)};
  SHADW_ASSIGN_OR_RETURN(const PutResult result,
                         PutOwnObject(env_, pack.keys, pack.head, shard::ObjectKind::kPack,
                                      JoinPack(bytes, layout.offsets, ids), options, intents_));
  ++report.packs_rewritten;
  report.bytes_after += result.receipt.object_bytes;
  std::vector<CatalogueEdit> moves;
  for (size_t i = 0; i < live.size(); ++i) {
    const auto member = shard::OpenMember(ids[i], vault_.MemberKey(ids[i]), bytes[i]);
    if (!member.ok()) continue;  // nobody can read it; where it lies does not matter
    const PackedPlace place{ids[i], result.receipt.sequence, layout.offsets[i], sizes[i]};
    moves.push_back({CatalogueEdit::Kind::kMove,
                     {.name = member->metadata.name, .id = pack.keys.id(), .packed = place}});
  }
  // Readers whom the catalogue leads to the old places ask the pack's index.
  std::vector<CatalogueEntry> none;
  absl::Status moved = catalogue_.Apply(moves, code, none);
  FinishPut(env_, pack.keys, result, intents_);
  return moved;
}

absl::Status Packs::Forget(const LocatedObject& pack, const DeadList& compacted) {
  absl::Status status;
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    SHADW_ASSIGN_OR_RETURN(LoadedList loaded, LoadList(pack.keys.id()));
    const size_t erased = std::erase_if(loaded.list.records, [&](const auto& record) {
      return compacted.records.contains(record.first);
    });
    if (erased == 0) return absl::OkStatus();
    const auto stored = StoreList(loaded, pack.head.code(), base::Time::max());
    if (stored.ok()) FinishPut(env_, loaded.keys, *stored, intents_);
    status = stored.status();
    if (!absl::IsAborted(status)) return status;
  }
  return status;
}

// The pack's intent stands until its list is gone too.
absl::Status Packs::DropPack(const LocatedObject& pack) {
  SHADW_ASSIGN_OR_RETURN(const PutResult removed, WriteTombstone(env_, pack, {}, intents_));
  SHADW_RETURN_IF_ERROR(DropList(pack.keys.id()));
  FinishPut(env_, pack.keys, removed, intents_);
  return absl::OkStatus();
}

absl::Status Packs::DropList(const shard::ObjectId& pack) {
  SHADW_ASSIGN_OR_RETURN(const LoadedList list, LoadList(pack));
  if (!list.head || list.head->header.audit.has(shard::kFlagTombstone)) return absl::OkStatus();
  SHADW_ASSIGN_OR_RETURN(const PutResult removed,
                         WriteTombstone(env_, {list.keys, *list.head}, {}, intents_));
  FinishPut(env_, list.keys, removed, intents_);
  return absl::OkStatus();
}

absl::Status Packs::CompletePack(const LocatedObject& pack) {
  SHADW_ASSIGN_OR_RETURN(const LoadedList loaded, LoadList(pack.keys.id()));
  SHADW_ASSIGN_OR_RETURN(const std::vector<PackRecord> records, ReadAllRecords(env_, pack));
  std::vector<CatalogueEdit> edits;
  for (const PackRecord& record : records) {
    const shard::RecordExtent& extent = record.extent;
    if (loaded.list.records.contains(extent.id)) continue;
    const auto member = shard::OpenMember(extent.id, vault_.MemberKey(extent.id), record.bytes);
    if (!member.ok()) continue;
    const PackedPlace place{extent.id, pack.head.sequence(), extent.offset, extent.bytes};
    edits.push_back(
        {CatalogueEdit::Kind::kEnterLate, EntryOfMember(pack.keys.id(), *member, place)});
  }
  SHADW_RETURN_IF_ERROR(PreferToTheDead(edits, pack.keys.id()));
  return Enter(edits, pack.head.code());
}

absl::Status Packs::PreferToTheDead(std::vector<CatalogueEdit>& edits,
                                    const shard::ObjectId& pack) {
  SHADW_ASSIGN_OR_RETURN(const std::vector<CatalogueEntry> gone, catalogue_.Preview(edits));
  std::map<shard::ObjectId, DeadList> lists;
  for (const CatalogueEntry& lost : gone) {
    if (lost.id != pack) continue;
    SHADW_ASSIGN_OR_RETURN(const std::optional<CatalogueEntry> winner, catalogue_.Find(lost.name));
    if (!winner || !winner->packed) continue;
    if (!lists.contains(winner->id)) {
      SHADW_ASSIGN_OR_RETURN(LoadedList loaded, LoadList(winner->id));
      lists[winner->id] = std::move(loaded.list);
    }
    if (!lists[winner->id].records.contains(winner->packed->record)) continue;
    const auto edit = std::ranges::find(
        edits, lost.name,
        [](const CatalogueEdit& e) -> const std::string& { return e.entry.name; });
    edit->kind = CatalogueEdit::Kind::kEnter;
  }
  return absl::OkStatus();
}

absl::Status Packs::CompleteDeadList(const LocatedObject& object, const shard::VersionId& mine) {
  SHADW_ASSIGN_OR_RETURN(const base::Bytes bytes, ReadOwnObject(env_, object, kMaxDeadListBytes));
  SHADW_ASSIGN_OR_RETURN(const DeadList list, DecodeDeadList(bytes));
  if (OthersBury(list.pack, mine, true)) {
    return absl::AbortedError("vault: others are changing what the pack's dead list names");
  }
  std::vector<CatalogueEntry> dead;
  for (const auto& [id, record] : list.records) {
    dead.push_back({.name = record.name, .id = list.pack, .packed = PackedPlace{.record = id}});
  }
  SHADW_RETURN_IF_ERROR(TakeOut(dead, object.head.code()));
  const auto pack = Locate(list.pack);
  if (absl::IsNotFound(pack.status())) return absl::OkStatus();
  SHADW_RETURN_IF_ERROR(pack.status());
  return CompactIfMostlyDead(*pack, list, mine);
}

absl::Status Packs::RepairDeadList(const shard::ObjectId& pack, RepairReport& report) const {
  const shard::ObjectKeys keys = vault_.ForSalt(vault_.DeadListSalt(shard::SaltOf(pack)), 0);
  SHADW_ASSIGN_OR_RETURN(const std::optional<FoundHead> head,
                         FindNewestHead(env_, keys, 0, kNearLeaps));
  if (!head || head->header.audit.has(shard::kFlagTombstone)) return absl::OkStatus();
  SHADW_ASSIGN_OR_RETURN(const RepairReport repaired, RepairObject(env_, keys, *head));
  report.Add(repaired);
  return absl::OkStatus();
}

}  // namespace shadw::vault
