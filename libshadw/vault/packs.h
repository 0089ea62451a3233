// SPDX-License-Identifier: Apache-2.0
//
// The packs of a vault: writes them, notes which members are gone, and writes a pack anew
// without those once they are most of it.
//
// A pack is an object with a random salt. What leads to it is the catalogue's entries of
// its members; what no longer counts of it is in its dead list. Of both the dead list is
// changed first, and its intent stands until the catalogue is changed too: whoever cleans
// up after a dead writer finishes that.
//   Source   libshadw/shard/FORMAT.md, "Packs"
#ifndef LIBSHADW_VAULT_PACKS_H_
#define LIBSHADW_VAULT_PACKS_H_

#include <optional>
#include <span>
#include <vector>

#include "libshadw/vault/catalogue.h"
#include "libshadw/vault/dead_list.h"
#include "libshadw/vault/newest.h"
#include "libshadw/vault/pack_reader.h"

namespace shadw::vault {

// A sealed record on its way into a pack, and what the catalogue will say of it.
struct SealedRecord {
  base::Bytes bytes;
  CatalogueEntry entry;  // id and place are set when the pack is written
};

struct CompactReport {
  uint64_t packs_rewritten = 0;
  uint64_t packs_removed = 0;
  uint64_t bytes_before = 0;  // plaintext of those packs
  uint64_t bytes_after = 0;
};

class Packs {
 public:
  Packs(const Environment& env, const shard::VaultKeys& vault, IntentBook& intents,
        Catalogue& catalogue)
      : env_(env), vault_(vault), intents_(intents), catalogue_(catalogue) {}

  // A new pack of these records at these offsets. FinishPut is the caller's, once the
  // catalogue leads to them.
  absl::StatusOr<PutResult> Put(std::span<SealedRecord> records, std::span<const uint32_t> offsets,
                                const PutOptions& options);
  // The newest version of a pack.
  //   Errors   kNotFound  it is not on these stores
  absl::StatusOr<LocatedObject> Locate(const shard::ObjectId& pack) const;

  // Enters packed objects into the catalogue, and buries what they replace. Packs that are
  // mostly dead by then are compacted.
  //   Shapes   until  when the leases of the packs' intents end
  //   Errors   kDeadlineExceeded  it is that late: what is left is CompletePack's
  absl::Status Enter(std::span<const CatalogueEdit> edits, const erasure::Code& code,
                     base::Time until = base::Time::max());
  // Notes members that nothing leads to any more, or only something that readers see
  // before the catalogue.
  absl::Status Bury(std::span<const CatalogueEntry> gone);
  // Takes members of any packs out of the catalogue and buries them.
  absl::Status Remove(std::span<const CatalogueEntry> members);
  // Compacts a pack that takes an eighth less on the stores without what is none of the
  // live records: a shard has a power of two of cells, so that is not any pack.
  //   Shapes   live  ascending
  absl::Status Compact(const shard::ObjectId& pack, std::span<const shard::RecordId> live,
                       CompactReport& report);

  // What follows the commit of a pack or of a dead list, where its writer died. Of a list
  // the newest version is completed: it names what the dead writer's, `mine`, did.
  //   Errors   kAborted  another writer is about to do that for what he has on the list
  absl::Status CompletePack(const LocatedObject& pack);
  absl::Status CompleteDeadList(const LocatedObject& list, const shard::VersionId& mine);
  // Removes the dead list of a pack that is removed.
  absl::Status DropList(const shard::ObjectId& pack);
  // Brings back the dead list's shards, where there is one.
  absl::Status RepairDeadList(const shard::ObjectId& pack, RepairReport& report) const;

 private:
  struct LoadedList {
    shard::ObjectKeys keys;
    std::optional<FoundHead> head;
    DeadList list;
  };
  // A dead list that was changed while the catalogue was not.
  struct Burial {
    LocatedObject pack;
    std::optional<PutResult> put;  // nothing where all were on the list
    LoadedList list;
  };

  absl::StatusOr<LoadedList> LoadList(const shard::ObjectId& pack) const;
  absl::StatusOr<PutResult> StoreList(const LoadedList& list, const erasure::Code& of_pack,
                                      base::Time until);
  // Adds to the list, whoever else does meanwhile.
  absl::StatusOr<Burial> AddDead(LocatedObject pack, std::span<const CatalogueEntry> dead,
                                 base::Time until);
  // Changes the lists of all packs that are concerned; those that are no more need none.
  absl::Status Begin(std::span<const CatalogueEntry> dead, std::vector<Burial>& burials,
                     base::Time until = base::Time::max());
  void End(std::span<const Burial> burials);
  // Enters edits by which members leave few packs: the `expected` ones.
  absl::Status EnterSome(std::span<const CatalogueEdit> edits,
                         std::span<const CatalogueEntry> expected, const erasure::Code& code,
                         base::Time until);
  absl::Status TakeOut(std::span<const CatalogueEntry> members, const erasure::Code& code);
  // Whether anybody, or anybody alive, has put members on the pack's dead list in another
  // version than `mine`, and not changed the catalogue yet.
  bool OthersBury(const shard::ObjectId& pack, const shard::VersionId& mine, bool alive) const;
  absl::Status CompactIfMostlyDead(const LocatedObject& pack, const DeadList& dead,
                                   const shard::VersionId& mine);
  absl::Status CompactTo(const LocatedObject& pack, const DeadList& dead, CompactReport& report);
  absl::Status Rewrite(const LocatedObject& pack, std::span<const PackRecord> live,
                       CompactReport& report);
  absl::Status Forget(const LocatedObject& pack, const DeadList& compacted);
  absl::Status DropPack(const LocatedObject& pack);
  // Where a late entry loses against one that is dead itself, it wins.
  absl::Status PreferToTheDead(std::vector<CatalogueEdit>& edits, const shard::ObjectId& pack);

  const Environment& env_;
  const shard::VaultKeys& vault_;
  IntentBook& intents_;
  Catalogue& catalogue_;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_PACKS_H_
