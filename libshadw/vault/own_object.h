// SPDX-License-Identifier: Apache-2.0
//
// Objects of the vault's own: pages of the catalogue, packs, dead lists. They have no
// name, are made of bytes at hand, and are put as users' objects are.
#ifndef LIBSHADW_VAULT_OWN_OBJECT_H_
#define LIBSHADW_VAULT_OWN_OBJECT_H_

#include <optional>

#include "libshadw/vault/newest.h"
#include "libshadw/vault/put.h"

namespace shadw::vault {

// Hands out `bytes`, which must outlive it.
ByteSource SourceOver(base::ByteSpan bytes);

// Puts the next version, in generation 0. FinishPut is the caller's.
//   Errors   as PutObject
absl::StatusOr<PutResult> PutOwnObject(const Environment& env, const shard::ObjectKeys& keys,
                                       const std::optional<FoundHead>& previous,
                                       shard::ObjectKind kind, base::ByteSpan bytes,
                                       const PutOptions& options, IntentBook& intents,
                                       base::Time until = base::Time::max());

// Object bytes [offset, offset + bytes), of which there are that many.
//   Errors   kDataLoss  fewer, or more than `max_bytes`; those of ReadObject
absl::StatusOr<base::Bytes> ReadOwnBytes(const Environment& env, const LocatedObject& object,
                                         uint64_t offset, uint64_t bytes, uint64_t max_bytes,
                                         ReadReport& faults);
absl::StatusOr<base::Bytes> ReadOwnObject(const Environment& env, const LocatedObject& object,
                                          uint64_t max_bytes);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_OWN_OBJECT_H_
