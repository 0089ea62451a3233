// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/vault.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/catalogue.h"
#include "libshadw/vault/cleanup.h"
#include "libshadw/vault/newest.h"
#include "libshadw/vault/packs.h"
#include "libshadw/vault/tombstone.h"

namespace shadw::vault {
namespace {

// Generations rise one by one; a gap this wide means that there are no more.
constexpr uint32_t kGenerationGap = 2;
// In one put; places that are still taken then are no squatter's work.
constexpr uint32_t kMaxGenerationRaises = 2;

absl::Status NoSuchObject(std::string_view name) {
  return absl::NotFoundError(
      absl::StrCat("vault: there is no object named '", std::string(name), "'"));
}

struct FoundObject {
  shard::ObjectKeys keys;
  uint32_t generation = 0;
  std::optional<FoundHead> head;
  // Without a head: what the catalogue says, where the object is packed; or why it says
  // nothing.
  absl::StatusOr<std::optional<CatalogueEntry>> packed = std::nullopt;
};

// Where the next version goes: a later generation than the newest one's, maybe.
struct NextVersion {
  shard::ObjectKeys keys;
  uint32_t generation = 0;
  uint64_t sequence = 1;
};

}  // namespace

struct Vault::State {
  State(const Options& options, const shard::VaultKeys& vault_keys)
      : env(options),
        keys(vault_keys),
        intents(env, keys),
        catalogue(env, keys, intents),
        packs(env, keys, intents, catalogue) {}

  // A generation begins not far beyond what is known of the one before.
  absl::StatusOr<FoundObject> Search(std::string_view name, int leaps) {
    FoundObject found{keys.ForName(name, 0), 0, std::nullopt, std::nullopt};
    for (uint32_t generation = 0; generation <= found.generation + kGenerationGap; ++generation) {
      const shard::ObjectKeys object = keys.ForName(name, generation);
      const uint64_t known = found.head ? found.head->sequence() : 0;
      SHADW_ASSIGN_OR_RETURN(std::optional<FoundHead> head,
                             FindNewestHead(env, object, 0, std::max(leaps, LeapsFrom(known))));
      if (head) found = {object, generation, std::move(head), std::nullopt};
    }
    return found;
  }

  // The object in its highest generation, tombstones included.
  absl::StatusOr<FoundObject> Locate(std::string_view name) {
    SHADW_RETURN_IF_ERROR(CheckName(name));
    SHADW_ASSIGN_OR_RETURN(FoundObject found, Search(name, kNearLeaps));
    if (!found.head) SHADW_RETURN_IF_ERROR(LookFurther(name, found));
    uint64_t& seen = sequences_seen[found.keys.id()];
    const uint64_t sequence = found.head ? found.head->sequence() : 0;
    if (sequence < seen) {
      return absl::FailedPreconditionError(
          absl::StrCat("vault: got version ", sequence, " as the newest, need at least ", seen,
                       ", which was seen before: the stores show an old state"));
    }
    seen = sequence;
    return found;
  }

  // No head where readers look first: the object is packed, or its later generations
  // begin far away and all that told of it is lost.
  absl::Status LookFurther(std::string_view name, FoundObject& found) {
    auto entry = catalogue.Find(std::string(name));
    if (entry.ok() && *entry && (*entry)->packed) {
      found.packed = std::move(entry);
      return absl::OkStatus();
    }
    SHADW_ASSIGN_OR_RETURN(found, Search(name, kMaxSequenceBits));
    if (!found.head && !entry.ok()) found.packed = entry.status();
    return absl::OkStatus();
  }

  absl::StatusOr<LocatedObject> LocateExisting(std::string_view name) {
    shard::ObjectId missing{};
    while (true) {
      SHADW_ASSIGN_OR_RETURN(FoundObject found, Locate(name));
      if (found.head) {
        if (found.head->header.audit.has(shard::kFlagTombstone)) return NoSuchObject(name);
        return LocatedObject{found.keys, *std::move(found.head)};
      }
      SHADW_ASSIGN_OR_RETURN(std::optional<CatalogueEntry> packed, std::move(found.packed));
      if (!packed) return NoSuchObject(name);
      absl::StatusOr<LocatedObject> pack = packs.Locate(packed->id);
      // A pack that went after its entry was read has left the object to another one.
      if (absl::IsNotFound(pack.status()) && std::exchange(missing, packed->id) != packed->id) {
        continue;
      }
      if (pack.ok()) pack->member = std::move(packed);
      return pack;
    }
  }
  auto Locator(std::string_view name) {
    return [this, name] { return LocateExisting(name); };
  }

  // The generation rises where the caller wants it, or where somebody took the place of
  // the next head.
  absl::StatusOr<NextVersion> ForNextVersion(const FoundObject& found, std::string_view name,
                                             bool raise) {
    const uint64_t newest = found.head ? found.head->sequence() : 0;
    NextVersion next{found.keys, found.generation, NextSequence(newest, false)};
    uint32_t raised = 0;
    while (raise || TakenByGarbage(LookAtHead(env, next.keys, next.sequence))) {
      if (raised++ == kMaxGenerationRaises) {
        return absl::UnavailableError(absl::StrCat("vault: most stores say that the places of ",
                                                   raised, " next heads are taken"));
      }
      raise = false;
      next.keys = keys.ForName(name, ++next.generation);
      next.sequence = NextSequence(newest, true);
    }
    if (next.sequence >> (kMaxSequenceBits - 1) != 0) {
      return absl::ResourceExhaustedError(
          "vault: the object's versions are used up, need another name");
    }
    return next;
  }

  // By most nodes: a few liars must not shut readers out, writers go around them.
  bool TakenByGarbage(const HeadPlace& place) const {
    return !place.head && place.garbage.size() * 2 > env.roster.size();
  }

  // A new generation that somebody began meanwhile hides a version of the old one, unless
  // it was begun after that. Then the put is undone.
  absl::Status CheckNotHidden(std::string_view name, const NextVersion& next,
                              const PutResult& result);
  // The entry of a version that was committed; then the object it replaced goes. Where
  // the catalogue has no room, that may make some.
  absl::Status EnterAndFinish(const CatalogueEntry& entry, const erasure::Code& code,
                              const FoundObject& before, const NextVersion& next,
                              const PutResult& result);
  absl::StatusOr<RepairReport> Repair(const LocatedObject& object);
  absl::StatusOr<shard::Member> ReadMemberOf(const LocatedObject& object,
                                             ReadReport& report) const {
    const PackedPlace& place = *object.member->packed;
    return ReadMember(env, object, place.record, keys.MemberKey(place.record), place, report);
  }

  Environment env;
  shard::VaultKeys keys;
  IntentBook intents;
  Catalogue catalogue;
  Packs packs;
  // Remembered for as long as the vault is open: older versions are a rollback.
  std::map<shard::ObjectId, uint64_t> sequences_seen;
};

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;

absl::StatusOr<Vault> Vault::Open(const Options& options, const shard::VaultKeys& keys) {
  SHADW_RETURN_IF_ERROR(options.Validate());
  auto state = std::make_unique<State>(options, keys);
  CleanUp(state->env, state->keys, state->intents, state->catalogue, state->packs);
  return Vault(std::move(state));
}

absl::StatusOr<PutReceipt> Vault::Put(std::string_view name, const ByteSource& source,
                                      const PutOptions& options) {
  SHADW_ASSIGN_OR_RETURN(const FoundObject found, state_->Locate(name));
  SHADW_ASSIGN_OR_RETURN(const NextVersion next,
                         state_->ForNextVersion(found, name, options.raise_generation));
  PutRequest request;
  if (!shard::IsUsers(options.kind)) {
    return absl::InvalidArgumentError(
        absl::StrCat("vault: got an object of kind ", static_cast<int>(options.kind),
                     ", need a file, a directory or a symbolic link"));
  }
  request.metadata.name = name;
  request.metadata.kind = options.kind;
  request.path_tag = state_->keys.PathTag(name);
  request.sequence = next.sequence;
  request.previous_keys = found.keys;
  SHADW_ASSIGN_OR_RETURN(PutResult result,
                         PutObject(state_->env, next.keys, next.generation, found.head, request,
                                   options, source, state_->intents));
  SHADW_RETURN_IF_ERROR(state_->CheckNotHidden(name, next, result));
  PutReceipt& receipt = result.receipt;
  state_->sequences_seen[receipt.id] = receipt.sequence;
  const CatalogueEntry entry{.name = std::string(name),
                             .id = receipt.id,
                             .generation = receipt.generation,
                             .sequence = receipt.sequence,
                             .object_bytes = receipt.object_bytes,
                             .mtime_ns = options.mtime_ns,
                             .mode = options.mode,
                             .put_time_ns = base::ToUnixNanos(state_->env.Now()),
                             .kind = options.kind};
  const erasure::Code code = options.code.value_or(state_->env.options.code);
  receipt.listed = state_->EnterAndFinish(entry, code, found, next, result);
  return std::move(receipt);
}

absl::StatusOr<PutManyReceipt> Vault::PutMany(const ItemSource& next, const PutOptions& options) {
  const BatchContext context{
      state_->env, state_->keys, state_->intents, state_->packs,
      [this](std::string_view name, const ByteSource& source, const PutOptions& of_one) {
        return Put(name, source, of_one);
      }};
  return PutBatch(context, next, options);
}

absl::Status Vault::State::CheckNotHidden(std::string_view name, const NextVersion& next,
                                          const PutResult& result) {
  const shard::ObjectKeys later = keys.ForName(name, next.generation + 1);
  const auto newest = FindNewestHead(env, later);
  if (!newest.ok() || !*newest) return absl::OkStatus();
  const PutReceipt& receipt = result.receipt;
  const HeadPlace place = LookAtHead(env, next.keys, receipt.sequence);
  const FoundHead* mine = place.Find(receipt.version);
  // Without a head it was replaced already, by somebody who knew it.
  if (mine == nullptr) return absl::OkStatus();
  const FoundHead& head = *mine;
  const shard::Hash hash = shard::HeadHash(receipt.id, head.header);
  for (uint64_t first : {receipt.sequence, receipt.sequence + 1}) {
    const HeadPlace begin = LookAtHead(env, later, std::bit_ceil(first));
    if (begin.head && begin.head->header.audit.body_root == hash) return absl::OkStatus();
  }
  Removal removal = RemoveHead(env, next.keys, head);
  removal.Add(RemoveVersion(env, next.keys, SegmentId::Of(head, 0), receipt.segments));
  if (!removal.failed && !removal.silent) intents.Clear(result.intent_slot, receipt.version);
  return absl::AbortedError("vault: another writer began a new generation of the object first");
}

absl::Status Vault::State::EnterAndFinish(const CatalogueEntry& entry, const erasure::Code& code,
                                          const FoundObject& before, const NextVersion& next,
                                          const PutResult& result) {
  if (next.generation != before.generation) {
    // A writer who did not know of the new generation may have gone on in the old one.
    const uint64_t known = before.head ? before.head->sequence() : 0;
    const auto late = FindNewestHead(env, before.keys, known);
    if (late.ok() && *late && (*late)->sequence() > known) {
      RemoveSuperseded(env, before.keys, **late);
    }
  }
  std::vector<CatalogueEntry> gone;
  // Readers see the head first: what it replaces in a pack may go before its entry does.
  if (before.packed.ok() && *before.packed) {
    SHADW_RETURN_IF_ERROR(packs.Bury({&**before.packed, 1}));
  }
  if (!catalogue.Enter(entry, code, gone).ok()) {
    if (result.previous) RemoveSuperseded(env, before.keys, *result.previous);
    // The intent stays: whoever opens the vault after its lease enters the version.
    SHADW_RETURN_IF_ERROR(catalogue.Enter(entry, code, gone));
  }
  // Somebody may have removed the object before its entry was there to be removed.
  const HeadPlace after = LookAtHead(env, next.keys, entry.sequence + 1);
  if (after.head && after.head->header.audit.has(shard::kFlagTombstone)) {
    SHADW_RETURN_IF_ERROR(catalogue.Remove(entry.name, after.head->sequence(), code, gone));
  }
  SHADW_RETURN_IF_ERROR(packs.Bury(gone));
  FinishPut(env, before.keys, result, intents);
  return absl::OkStatus();
}

absl::StatusOr<ReadReport> Vault::Get(std::string_view name, const ByteSink& sink, uint64_t offset,
                                      uint64_t bytes) {
  const auto read = [&](const LocatedObject& object,
                        const ByteSink& to) -> absl::StatusOr<ReadReport> {
    if (!object.member) return ReadObject(state_->env, object.keys, object.head, offset, bytes, to);
    ReadReport report;
    SHADW_ASSIGN_OR_RETURN(const shard::Member member, state_->ReadMemberOf(object, report));
    SHADW_RETURN_IF_ERROR(SendRange(member.content, offset, bytes, to, report));
    return report;
  };
  return ReadNewest(state_->Locator(name), read, sink);
}

absl::Status Vault::GetMany(std::span<const CatalogueEntry> entries, const ObjectVisitor& visitor) {
  const ManyContext context{
      state_->env, state_->keys, state_->packs,
      [this](std::string_view name) { return Info(name); },
      [this](std::string_view name, const ByteSink& sink) { return Get(name, sink); }};
  return VisitMany(context, entries, visitor);
}

absl::StatusOr<std::vector<CatalogueEntry>> Vault::List(std::string_view prefix) {
  std::vector<CatalogueEntry> entries;
  SHADW_RETURN_IF_ERROR(state_->catalogue.Visit([&](const CatalogueEntry& entry) {
    if (std::string_view(entry.name).starts_with(prefix)) entries.push_back(entry);
    return absl::OkStatus();
  }));
  std::ranges::sort(entries, {}, &CatalogueEntry::name);
  return entries;
}

absl::StatusOr<ObjectInfo> Vault::Info(std::string_view name) {
  const auto describe = [&](const LocatedObject& object) -> absl::StatusOr<ObjectInfo> {
    SHADW_ASSIGN_OR_RETURN(ObjectInfo info, DescribeObject(state_->env, object.keys, object.head));
    if (object.member) DescribeMember(*object.member, info);
    return info;
  };
  return OnNewest(state_->Locator(name), describe);
}

absl::StatusOr<VerifyReport> Vault::Verify(std::string_view name) {
  const auto verify = [&](const LocatedObject& object) -> absl::StatusOr<VerifyReport> {
    SHADW_ASSIGN_OR_RETURN(VerifyReport report,
                           VerifyObject(state_->env, object.keys, object.head));
    const uint64_t sequence = object.member ? object.member->sequence : object.head.sequence();
    report.catalogue =
        state_->catalogue.VerifyPagesOf({.name = std::string(name), .sequence = sequence});
    return report;
  };
  return OnNewest(state_->Locator(name), verify, IsWhole);
}

absl::StatusOr<RepairReport> Vault::Repair(std::string_view name) {
  return OnNewest(state_->Locator(name),
                  [&](const LocatedObject& object) { return state_->Repair(object); });
}

absl::StatusOr<RepairReport> Vault::State::Repair(const LocatedObject& object) {
  SHADW_ASSIGN_OR_RETURN(RepairReport report, RepairObject(env, object.keys, object.head));
  std::vector<CatalogueEntry> gone;
  const erasure::Code code = object.head.code();
  if (object.member) {
    SHADW_RETURN_IF_ERROR(packs.RepairDeadList(object.keys.id(), report));
    report.catalogue = catalogue.RepairPagesOf(*object.member, code, report, gone);
    return report;
  }
  const auto info = DescribeObject(env, object.keys, object.head);
  report.catalogue =
      info.ok() ? catalogue.RepairPagesOf(EntryOf(*info), code, report, gone) : info.status();
  report.catalogue.Update(packs.Bury(gone));
  return report;
}

RepairReport Vault::RepairCatalogue() { return state_->catalogue.Repair(); }

absl::StatusOr<RotateReport> Vault::Rotate(std::string_view name, std::optional<uint16_t> index) {
  return OnNewest(state_->Locator(name), [&](const LocatedObject& object) {
    return RotateObject(state_->env, object.keys, object.head, index);
  });
}

absl::Status Vault::Remove(std::string_view name) {
  SHADW_ASSIGN_OR_RETURN(const LocatedObject found, state_->LocateExisting(name));
  if (found.member) return state_->packs.Remove({&*found.member, 1});
  const Environment& env = state_->env;
  IntentBook& intents = state_->intents;
  absl::StatusOr<PutResult> tombstone = WriteTombstone(env, found, name, intents);
  if (absl::IsResourceExhausted(tombstone.status())) {
    // Stores that are full get room by what is to go anyway.
    RemoveVersion(env, found.keys, SegmentId::Of(found.head, 0),
                  found.head.header.audit.segment_count);
    tombstone = WriteTombstone(env, found, name, intents);
  }
  SHADW_ASSIGN_OR_RETURN(const PutResult removed, std::move(tombstone));
  const uint64_t sequence = removed.receipt.sequence;
  const erasure::Code code = found.head.code();
  Catalogue& catalogue = state_->catalogue;
  std::vector<CatalogueEntry> gone;
  if (!catalogue.Remove(std::string(name), sequence, code, gone).ok()) {
    // Removing the shards may make the room that a page of the catalogue lacks. If not,
    // the intent stays, and whoever opens the vault after its lease completes this.
    RemoveSuperseded(env, found.keys, found.head);
    if (!catalogue.Remove(std::string(name), sequence, code, gone).ok()) return absl::OkStatus();
  }
  FinishPut(env, found.keys, removed, intents);
  return state_->packs.Bury(gone);
}

absl::StatusOr<CompactReport> Vault::Compact() {
  // A writer enters what he packed page by page, and then clears his intent: only of a pack
  // that was there, and then had no intent, does the catalogue tell all that is alive.
  std::map<shard::ObjectId, std::vector<shard::RecordId>> live;
  SHADW_RETURN_IF_ERROR(state_->catalogue.Visit([&](const CatalogueEntry& entry) {
    if (entry.packed) live.try_emplace(entry.id);
    return absl::OkStatus();
  }));
  for (const FoundIntent& intent : state_->intents.All()) live.erase(intent.record.object);
  SHADW_RETURN_IF_ERROR(state_->catalogue.Visit([&](const CatalogueEntry& entry) {
    const auto pack = live.find(entry.id);
    if (entry.packed && pack != live.end()) pack->second.push_back(entry.packed->record);
    return absl::OkStatus();
  }));
  CompactReport report;
  absl::Status first;
  for (auto& [pack, records] : live) {
    std::ranges::sort(records);
    const absl::Status compacted = state_->packs.Compact(pack, records, report);
    if (!absl::IsNotFound(compacted)) first.Update(compacted);  // or it went meanwhile
  }
  SHADW_RETURN_IF_ERROR(first);
  return report;
}

absl::StatusOr<std::string> Vault::Share(std::string_view name, shard::Right right) {
  SHADW_ASSIGN_OR_RETURN(const LocatedObject found, state_->LocateExisting(name));
  if (!found.member || right != shard::Right::kRead) {
    return shard::EncodeCapability(found.keys, right);
  }
  const shard::RecordId& record = found.member->packed->record;
  return shard::EncodeMemberCapability({found.keys, record, state_->keys.MemberKey(record)});
}

}  // namespace shadw::vault
