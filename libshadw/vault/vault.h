// SPDX-License-Identifier: Apache-2.0
//
// A vault keeps objects on a set of untrusted stores. No server, no index that could be
// lost: what the root key cannot find does not exist.
//
//   auto vault = vault::Vault::Open({.stores = stores, .clock = &clock, .random = &random}, keys);
//   vault->Put("notes.txt", source, {.mtime_ns = t});
//   vault->Get("notes.txt", sink);
//   vault->Verify("notes.txt");                       // names every damaged cell
//   vault->Repair("notes.txt");                       // back to n shards
//   std::string cap = *vault->Share("notes.txt", shard::Right::kRead);
//   auto shared = vault::SharedObject::Open(options, cap);
//
// Any k of the n shards of every segment rebuild an object; each store holds one of them
// at most. Names are 1 to 4096 bytes without a zero byte; they are keys, not paths.
//
// Not thread-safe. Several vaults, also in several processes, may work on the same
// stores at once: each put wins whole or reports kAborted.
//   Limits   memory: Options::memory_budget_bytes for a put or a repair, a few MiB for a get
//   Source   libshadw/shard/FORMAT.md; catalogue S44, S45, S53, S71
#ifndef LIBSHADW_VAULT_VAULT_H_
#define LIBSHADW_VAULT_VAULT_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libshadw/shard/capability.h"
#include "libshadw/vault/get_many.h"
#include "libshadw/vault/object_info.h"
#include "libshadw/vault/page.h"
#include "libshadw/vault/put.h"
#include "libshadw/vault/put_many.h"
#include "libshadw/vault/read.h"
#include "libshadw/vault/upkeep.h"

namespace shadw::vault {

inline constexpr uint64_t kWholeObject = UINT64_MAX;

class Vault {
 public:
  // Opens the vault with its owner's keys, and clears what dead puts left behind once
  // their leases have ended.
  //   Errors   those of Options::Validate()
  static absl::StatusOr<Vault> Open(const Options& options, const shard::VaultKeys& keys);
  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;
  ~Vault();

  // Stores a new version of the object, which becomes visible whole at one instant.
  //   Errors   kInvalidArgument    an illegal name or option
  //            kResourceExhausted  fewer than n stores, or no room: nothing is left behind
  //            kAborted            another writer's version came first
  //            those of `source`
  absl::StatusOr<PutReceipt> Put(std::string_view name, const ByteSource& source,
                                 const PutOptions& options = {});

  // Stores many objects: those of 64 KiB at most share packs, where 4 KiB cost little more
  // than 4 KiB, the others go by themselves. Packed objects become visible page by page of
  // the catalogue. What they replace is removed; a pack that is mostly gone is rewritten.
  //   Errors   as Put, of the first object that fails: those before it are stored. One that
  //            another writer put meanwhile is `overtaken`, and no error
  absl::StatusOr<PutManyReceipt> PutMany(const ItemSource& next, const PutOptions& options = {});

  // Hands object bytes [offset, offset + bytes) to `sink`, in order.
  //   Errors   kNotFound            no such object
  //            kInvalidArgument     offset beyond the end
  //            kFailedPrecondition  too few shards: says how many were found and needed
  //            kDataLoss            forged or contradictory content
  //            kAborted             replaced or removed after `sink` had got a part of it
  //            those of `sink`
  //   Promise  never a wrong byte; with an error, `sink` may have got a right beginning
  absl::StatusOr<ReadReport> Get(std::string_view name, const ByteSink& sink, uint64_t offset = 0,
                                 uint64_t bytes = kWholeObject);

  // Visits objects as List() gave them; those that share a pack come together, and a pack of
  // which much is wanted is read once.
  //   Errors   those of `visitor`; what cannot be read is the visitor's to learn
  absl::Status GetMany(std::span<const CatalogueEntry> entries, const ObjectVisitor& visitor);

  // By name, ascending: those that start with `prefix`.
  absl::StatusOr<std::vector<CatalogueEntry>> List(std::string_view prefix = {});
  absl::StatusOr<ObjectInfo> Info(std::string_view name);
  absl::StatusOr<VerifyReport> Verify(std::string_view name);
  // Also repairs the pages of the catalogue on the way to the name.
  absl::StatusOr<RepairReport> Repair(std::string_view name);
  // Every page, also those that hold no name now. `RepairReport::catalogue` is the first
  // page's trouble; the others are repaired all the same.
  RepairReport RepairCatalogue();
  absl::StatusOr<RotateReport> Rotate(std::string_view name,
                                      std::optional<uint16_t> index = std::nullopt);
  // Rewrites every pack that takes an eighth less on the stores without what is gone of it.
  absl::StatusOr<CompactReport> Compact();
  // Leaves a tombstone, removes the shards; of a packed object, notes that it is gone. Where the
  // catalogue has no room for the change, the name stays listed until the vault is opened after the
  // lease.
  absl::Status Remove(std::string_view name);
  // A capability for the object as it stands. Of a packed one, reading opens this object
  // alone; verifying and auditing are of its whole pack.
  //   Errors   kNotFound, and those of shard::EncodeCapability
  absl::StatusOr<std::string> Share(std::string_view name, shard::Right right);

 private:
  struct State;
  explicit Vault(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// One object, through a capability: what its right allows.
class SharedObject {
 public:
  //   Errors   those of Options::Validate(); kPermissionDenied for a writer's keys
  static absl::StatusOr<SharedObject> Open(const Options& options, const shard::ObjectKeys& keys);
  // One object of a pack.
  static absl::StatusOr<SharedObject> Open(const Options& options, shard::MemberKeys member);
  // Either, from its text.
  //   Errors   also those of shard::DecodeCapability()
  static absl::StatusOr<SharedObject> Open(const Options& options, std::string_view capability);
  SharedObject(SharedObject&&) noexcept;
  SharedObject& operator=(SharedObject&&) noexcept;
  ~SharedObject();

  // Each as in Vault; kPermissionDenied where the right does not reach. An auditor has
  // Verify alone.
  absl::StatusOr<ReadReport> Get(const ByteSink& sink, uint64_t offset = 0,
                                 uint64_t bytes = kWholeObject);
  absl::StatusOr<ObjectInfo> Info();
  absl::StatusOr<VerifyReport> Verify();
  absl::StatusOr<RepairReport> Repair();
  absl::StatusOr<RotateReport> Rotate(std::optional<uint16_t> index = std::nullopt);

 private:
  struct State;
  explicit SharedObject(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_VAULT_H_
