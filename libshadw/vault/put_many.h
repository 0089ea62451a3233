// SPDX-License-Identifier: Apache-2.0
//
// Puts many objects: small ones share packs, the others are put one by one.
//   Source   libshadw/shard/FORMAT.md, "Packs"
#ifndef LIBSHADW_VAULT_PUT_MANY_H_
#define LIBSHADW_VAULT_PUT_MANY_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libshadw/shard/metadata.h"
#include "libshadw/vault/packs.h"

namespace shadw::vault {

struct PutItem {
  std::string name;
  ByteSource source;
  std::optional<uint32_t> mode;
  int64_t mtime_ns = 0;
  // kFile, kDirectory (no content) or kSymlink (the content is where it points).
  shard::ObjectKind kind = shard::ObjectKind::kFile;
};

// The next object, or nothing at the end.
using ItemSource = std::function<absl::StatusOr<std::optional<PutItem>>()>;

struct PutManyReceipt {
  uint64_t objects = 0;
  uint64_t packed = 0;  // of those, in packs
  uint64_t packs = 0;
  uint64_t object_bytes = 0;
  uint64_t stored_bytes = 0;  // without the catalogue
  // The objects are stored in any case. Not OK: why List() does not show all of them, or
  // what they replaced is not removed yet; opening the vault after the lease completes that.
  absl::Status listed;
  // Names that had heads of their own, and of which another writer's version came first.
  std::vector<std::string> overtaken;
};

// What a batch works with. `put_alone` puts one object by itself.
struct BatchContext {
  const Environment& env;
  const shard::VaultKeys& keys;
  IntentBook& intents;
  Packs& packs;
  std::function<absl::StatusOr<PutReceipt>(std::string_view name, const ByteSource& source,
                                           const PutOptions& options)>
      put_alone;
};

//   Errors   of the first object that fails; those before it are stored and listed
absl::StatusOr<PutManyReceipt> PutBatch(const BatchContext& context, const ItemSource& next,
                                        const PutOptions& options);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_PUT_MANY_H_
