// SPDX-License-Identifier: Apache-2.0
//
// Finishes or undoes what dead puts left behind.
#ifndef LIBSHADW_VAULT_CLEANUP_H_
#define LIBSHADW_VAULT_CLEANUP_H_

#include "libshadw/vault/catalogue.h"
#include "libshadw/vault/intents.h"
#include "libshadw/vault/object_info.h"
#include "libshadw/vault/packs.h"

namespace shadw::vault {

// For every intent whose lease has ended: where its head exists, completes what follows
// a commit (copies of the head, the catalogue's entry, removal of the version before);
// where not, removes the version's shards. Then clears the intent.
//
// What cannot be done now stays for the next time, its intent with it: a vault opens even
// if stores are full or missing. In particular no version is removed while a node is
// missing that could hold its head.
void CleanUp(const Environment& env, const shard::VaultKeys& vault, IntentBook& intents,
             Catalogue& catalogue, Packs& packs);

// What the catalogue says of a committed version.
CatalogueEntry EntryOf(const ObjectInfo& info);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_CLEANUP_H_
