// SPDX-License-Identifier: Apache-2.0
//
// Removes an object: a head that says so, and what follows from it.
//   Source   libshadw/shard/FORMAT.md, "Versions"
#ifndef LIBSHADW_VAULT_TOMBSTONE_H_
#define LIBSHADW_VAULT_TOMBSTONE_H_

#include <string_view>

#include "libshadw/vault/newest.h"
#include "libshadw/vault/put.h"

namespace shadw::vault {

// Writes the tombstone that follows `found`. The rest is FinishPut's, once whatever points
// to the object is changed: of the receipt, sequence and version are set.
//   Shapes   name  empty: the object has none
//   Errors   as PutObject
absl::StatusOr<PutResult> WriteTombstone(const Environment& env, const LocatedObject& found,
                                         std::string_view name, IntentBook& intents);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_TOMBSTONE_H_
