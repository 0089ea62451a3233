// SPDX-License-Identifier: Apache-2.0
//
// Reads many objects: those that share a pack together, so that a pack of which much is
// wanted is read once and in one piece.
//   Limits   memory: the largest pack, shard::kMaxPackBytes at most and mostly 16 MiB
//   Source   libshadw/shard/FORMAT.md, "Packs"
#ifndef LIBSHADW_VAULT_GET_MANY_H_
#define LIBSHADW_VAULT_GET_MANY_H_

#include <functional>
#include <span>
#include <string_view>

#include "libshadw/vault/packs.h"

namespace shadw::vault {

// Reads one object whole. What was overcome while its pack was read stands in the report
// of the first of the pack's objects.
//   Errors   as Vault::Get
using ObjectReader = std::function<absl::StatusOr<ReadReport>(const ByteSink& sink)>;
// Gets what is known of an object, and what reads it, once and at once. Where that is not to
// be found the entry is the caller's, and `read` says why. An error ends the visit.
using ObjectVisitor =
    std::function<absl::Status(const CatalogueEntry& entry, const ObjectReader& read)>;

// What a visit works with. The last two are Vault's own.
struct ManyContext {
  const Environment& env;
  const shard::VaultKeys& keys;
  const Packs& packs;
  std::function<absl::StatusOr<ObjectInfo>(std::string_view name)> info;
  std::function<absl::StatusOr<ReadReport>(std::string_view name, const ByteSink& sink)> get;
};

//   Errors   those of `visitor`
absl::Status VisitMany(const ManyContext& context, std::span<const CatalogueEntry> entries,
                       const ObjectVisitor& visitor);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_GET_MANY_H_
