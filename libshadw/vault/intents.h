// SPDX-License-Identifier: Apache-2.0
//
// Announces puts before they store anything, so that what a dead put leaves behind can
// be found and removed. An intent lies in one of 64 slots of an object that only the
// vault's owner can locate; it names the version that is being written, and until when
// others must leave it alone. It also names the nodes that would hold the head, so that
// nobody takes a version for uncommitted whose head he cannot see.
//   Source   libshadw/shard/FORMAT.md, "Versions"
#ifndef LIBSHADW_VAULT_INTENTS_H_
#define LIBSHADW_VAULT_INTENTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/shard/header.h"
#include "libshadw/shard/metadata.h"
#include "libshadw/vault/environment.h"
#include "libshadw/vault/heads.h"

namespace shadw::vault {

inline constexpr uint64_t kIntentSlots = 64;
// The last of them are for whoever clears up: what dead writers left in all the others
// could not be finished without any.
inline constexpr uint64_t kCleanUpSlots = 8;

// The first four bytes of the ids of the first eight nodes in line for the head; zero
// where there are fewer. It lies where a head has its predecessor's hash.
using HeadWitnesses = shard::Hash;
HeadWitnesses WitnessesOf(const Environment& env, const shard::ObjectKeys& keys,
                          uint16_t parity_shards);
// Whether all of them are in the roster.
bool AllPresent(const Environment& env, const HeadWitnesses& witnesses);
bool AllPresent(const Environment& env, const std::vector<shard::NodePrefix>& roster);

struct FoundIntent {
  uint64_t slot = 0;
  shard::IntentRecord record;
  erasure::Code code;
  HeadWitnesses witnesses{};
  // Of every node that may have a shard, where there are few enough to say.
  std::vector<shard::NodePrefix> roster;
};

class IntentBook {
 public:
  IntentBook(const Environment& env, const shard::VaultKeys& vault)
      : env_(env), keys_(vault.ForSalt(vault.IntentSalt(), 0)) {}

  // Whether Announce may take the slots that are for clearing up.
  void set_cleaning_up(bool cleaning_up) { cleaning_up_ = cleaning_up; }

  // Writes the record into a free slot of min(m + 1, nodes) nodes and returns the slot.
  //   Errors   kResourceExhausted  56 puts are under way or died: open the vault again
  //                                when their leases have ended
  absl::StatusOr<uint64_t> Announce(const shard::IntentRecord& record, const erasure::Code& code,
                                    const HeadWitnesses& witnesses);
  // Two writers who do not see the same nodes may share a slot; each has his own entry.
  std::vector<FoundIntent> All() const;
  // False where every node answers and none has this very record in this slot: somebody
  // took the put over, or cleared it away.
  bool Stands(uint64_t slot, const shard::IntentRecord& record) const;
  // Removes this version's intent from the slot, nobody else's.
  void Clear(uint64_t slot, const shard::VersionId& version);

 private:
  absl::StatusOr<bool> WriteSlot(uint64_t slot, const shard::HeadSealer& sealer,
                                 uint16_t parity_shards);

  const Environment& env_;
  shard::ObjectKeys keys_;
  mutable shard::HeaderMemo memo_;  // an intent's copies are read one after another
  bool cleaning_up_ = false;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_INTENTS_H_
