// SPDX-License-Identifier: Apache-2.0
//
// What stores should hold, and what they do hold.
#ifndef TESTS_VAULT_LIVE_BLOBS_H_
#define TESTS_VAULT_LIVE_BLOBS_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libshadw/vault/vault.h"

namespace shadw::vault {

using Blobs = std::set<std::pair<store::NodeId, store::StorageId>>;

Blobs StoredBlobs(const std::vector<std::shared_ptr<store::Store>>& stores);

// The shards of the newest versions of these objects and of the catalogue's pages, and
// all heads that are kept: nothing else has a reason to be stored.
Blobs LiveBlobs(const Options& options, const shard::VaultKeys& keys,
                const std::vector<std::string>& names);

// One line for each blob that is stored without a reason.
std::vector<std::string> DeadBlobs(const std::vector<std::shared_ptr<store::Store>>& stores,
                                   const Options& options, const shard::VaultKeys& keys,
                                   const std::vector<std::string>& names);

}  // namespace shadw::vault

#endif  // TESTS_VAULT_LIVE_BLOBS_H_
