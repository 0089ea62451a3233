// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/cleanup.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/read.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {
namespace {

constexpr int64_t kGiveUpAfterNs = int64_t{30} * 24 * 3600 * 1'000'000'000;

class IntentCleanUp {
 public:
  IntentCleanUp(const Environment& env, const shard::VaultKeys& vault, IntentBook& intents,
                Catalogue& catalogue, Packs& packs)
      : env_(env), vault_(vault), intents_(intents), catalogue_(catalogue), packs_(packs) {}

  // Returns whether the intent is cleared.
  bool Run(const FoundIntent& intent) {
    const shard::IntentRecord& record = intent.record;
    salt_ = shard::SaltOf(record.object);
    const shard::ObjectKeys keys = vault_.ForSalt(salt_, record.generation);
    const HeadPlace place = LookAtHead(env_, keys, record.sequence);
    const FoundHead* mine = place.Find(record.version);
    const bool committed = mine != nullptr && mine == (place.head ? &*place.head : nullptr);
    const bool done = committed ? Complete(keys, *mine) : Undo(keys, intent, place, mine);
    if (done) intents_.Clear(intent.slot, record.version);
    return done;
  }

 private:
  // True where nothing is left to do.
  bool Undo(const shard::ObjectKeys& keys, const FoundIntent& intent, const HeadPlace& place,
            const FoundHead* loser) {
    // A head that nobody can see now is no reason to remove what it commits.
    if (!place.silent.empty() || !AllPresent(env_, intent.witnesses)) return false;
    // Nor is it cleared up before every node is there that may have a shard.
    const bool all_present = AllPresent(env_, intent.roster);
    Removal removal;
    if (loser != nullptr) removal = RemoveHead(env_, keys, *loser);
    if (removal.failed || removal.silent) return false;
    const shard::IntentRecord& record = intent.record;
    const SegmentId id{record.version, record.sequence, 0, intent.code, record.epoch};
    removal = RemoveVersion(env_, keys, id, 0);
    // A writer who went on only now has committed nothing any more.
    const HeadPlace after = LookAtHead(env_, keys, record.sequence);
    if (const FoundHead* late = after.Find(record.version); late != nullptr) {
      removal.Add(RemoveHead(env_, keys, *late));
    }
    // Or it was committed, replaced, and its head is no longer kept.
    const auto newest = FindNewestHead(env_, keys);
    if (newest.ok() && *newest && (*newest)->sequence() > record.sequence) {
      removal.Add(RemoveOlder(keys, record.sequence, **newest));
      if (!FinishBurial(keys, **newest, record.version)) return false;
    }
    return all_present && !removal.failed && !removal.silent;
  }

  // A dead list that was replaced since then goes on in the newer one.
  bool FinishBurial(const shard::ObjectKeys& keys, const FoundHead& newest,
                    const shard::VersionId& mine) {
    if (newest.header.audit.has(shard::kFlagTombstone)) return true;
    const auto info = DescribeObject(env_, keys, newest);
    if (!info.ok() || info->kind != shard::ObjectKind::kDeadList) return true;
    return packs_.CompleteDeadList({keys, newest}, mine).ok();
  }

  bool Complete(const shard::ObjectKeys& keys, const FoundHead& head) {
    bool done = SpreadHead(env_, keys, head, head.code().parity_shards).ok();
    const auto newest = FindNewestHead(env_, keys);
    if (!newest.ok() || !*newest) return false;
    // A version that was replaced since then has no entry, but leaves what it replaced.
    const bool replaced = (*newest)->version() != head.version();
    done &=
        replaced ? FinishBurial(keys, **newest, head.version()) : UpdateCatalogue(keys, head).ok();
    Removal removal = RemoveBefore(keys, head);
    removal.Add(RemoveOlder(keys, head.sequence(), **newest));
    return done && !removal.failed && !removal.silent;
  }

  // What is left of versions before `sequence`. Several writers may have died in turn, each
  // before he had removed what he replaced.
  Removal RemoveOlder(const shard::ObjectKeys& keys, uint64_t sequence, const FoundHead& newest) {
    Removal removal;
    for (uint64_t older : shard::KeptSequences(newest.sequence())) {
      if (older >= sequence) break;
      const HeadPlace place = LookAtHead(env_, keys, older);
      if (!place.head || place.head->header.audit.has(shard::kFlagTombstone)) continue;
      const SegmentId id = SegmentId::Of(*place.head, 0);
      if (!HasTraces(env_, keys, id)) continue;
      removal.Add(RemoveVersion(env_, keys, id, place.head->header.audit.segment_count));
    }
    return removal;
  }

  absl::Status UpdateCatalogue(const shard::ObjectKeys& keys, const FoundHead& head) {
    SHADW_ASSIGN_OR_RETURN(ObjectInfo info, DescribeObject(env_, keys, head));
    std::vector<CatalogueEntry> gone;
    if (!head.header.audit.has(shard::kFlagTombstone)) {
      if (info.kind == shard::ObjectKind::kPack) return packs_.CompletePack({keys, head});
      if (info.kind == shard::ObjectKind::kDeadList) {
        return packs_.CompleteDeadList({keys, head}, head.version());
      }
      if (info.name.empty()) return absl::OkStatus();
      SHADW_RETURN_IF_ERROR(catalogue_.Enter(EntryOf(info), head.code(), gone));
      return packs_.Bury(gone);
    }
    if (info.name.empty()) {
      // Too long for a tombstone: the removed version knows it, as long as it is there.
      const auto [before_keys, before] = FindBefore(keys, head);
      if (!before) return absl::OkStatus();
      if (before->header.audit.has(shard::kFlagPack)) return packs_.DropList(keys.id());
      const auto described = DescribeObject(env_, before_keys, *before);
      if (!described.ok()) return absl::OkStatus();
      info.name = described->name;
    }
    if (info.name.empty()) return absl::OkStatus();
    SHADW_RETURN_IF_ERROR(catalogue_.Remove(info.name, head.sequence(), head.code(), gone));
    return packs_.Bury(gone);
  }

  // The version that a head replaced: of its generation or an earlier one.
  std::pair<shard::ObjectKeys, std::optional<FoundHead>> FindBefore(const shard::ObjectKeys& keys,
                                                                    const FoundHead& head) const {
    const uint64_t sequence = head.header.read->previous_sequence;
    uint32_t generation = head.header.audit.generation;
    while (sequence > 0) {
      const shard::ObjectKeys older = vault_.ForSalt(salt_, generation);
      HeadPlace place = LookAtHead(env_, older, sequence);
      if (place.head) place.competitors.push_back(*std::move(place.head));
      for (FoundHead& found : place.competitors) {
        if (shard::HeadHash(older.id(), found.header) == head.header.audit.body_root) {
          return {older, std::move(found)};
        }
      }
      if (generation-- == 0) break;
    }
    return {keys, std::nullopt};
  }

  Removal RemoveBefore(const shard::ObjectKeys& keys, const FoundHead& head) {
    const auto [before_keys, before] = FindBefore(keys, head);
    Removal removal;
    if (before) removal = RemoveSuperseded(env_, before_keys, *before);
    removal.Add(RemoveSupersededHeads(env_, keys, head.sequence()));
    return removal;
  }

  const Environment& env_;
  const shard::VaultKeys& vault_;
  IntentBook& intents_;
  Catalogue& catalogue_;
  Packs& packs_;
  shard::ObjectSalt salt_{};
};

}  // namespace

CatalogueEntry EntryOf(const ObjectInfo& info) {
  return {.name = info.name,
          .id = info.id,
          .generation = info.generation,
          .sequence = info.sequence,
          .object_bytes = info.object_bytes,
          .mtime_ns = info.mtime_ns,
          .mode = info.mode,
          .put_time_ns = info.put_time_ns,
          .kind = info.kind};
}

void CleanUp(const Environment& env, const shard::VaultKeys& vault, IntentBook& intents,
             Catalogue& catalogue, Packs& packs) {
  const std::vector<FoundIntent> all = intents.All();
  const int64_t now = base::ToUnixNanos(env.Now());
  // A version that was resumed has a second, younger intent.
  std::set<shard::VersionId> alive;
  for (const FoundIntent& intent : all) {
    if (intent.record.lease_end_ns > now) alive.insert(intent.record.version);
  }
  size_t left = all.size();
  intents.set_cleaning_up(true);
  for (const FoundIntent& intent : all) {
    if (intent.record.lease_end_ns > now || alive.contains(intent.record.version)) continue;
    if (IntentCleanUp(env, vault, intents, catalogue, packs).Run(intent)) {
      --left;
    } else if (left > kIntentSlots / 2 && now - intent.record.lease_end_ns > kGiveUpAfterNs) {
      // Puts need free slots. What it left behind stays where it is: noise, but no loss.
      intents.Clear(intent.slot, intent.record.version);
      --left;
    }
  }
  intents.set_cleaning_up(false);
}

}  // namespace shadw::vault
