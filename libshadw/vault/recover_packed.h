// SPDX-License-Identifier: Apache-2.0
//
// The part of a recovery that concerns packed objects: of each name the one that was put
// last, unless it is dead or an object of that name has heads of its own.
#ifndef LIBSHADW_VAULT_RECOVER_PACKED_H_
#define LIBSHADW_VAULT_RECOVER_PACKED_H_

#include <vector>

#include "libshadw/vault/dump.h"
#include "libshadw/vault/environment.h"
#include "libshadw/vault/recover.h"
#include "libshadw/vault/restored_tree.h"

namespace shadw::vault {

void RecoverPacked(const Environment& env, const shard::VaultKeys& vault, const Dump& dump,
                   RestoredTree& tree, std::vector<RecoveredObject>& objects);

// What the version's head, or where it moved there its first segment, says of the object.
absl::StatusOr<shard::Metadata> MetadataOf(const Environment& env, const LocatedObject& object);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_RECOVER_PACKED_H_
