// SPDX-License-Identifier: Apache-2.0
//
// Finds a vault's shards in any pile of files: no names, no index, only the root key.
//
//   ShardScanner scanner(vault_keys);
//   for (file …) {
//     auto found = scanner.Identify(first_1024_bytes);
//     if (found) piles[found->header.audit.version].push_back(…);
//   }
//
//   Limits   kMaxGenerations are tried for an object that was not seen before
//   Cost     a foreign file costs one BLAKE2b; an object's keys are derived once in a while
//   Source   FORMAT.md, "Finding everything", route C; property P2
#ifndef LIBSHADW_SHARD_SCAN_H_
#define LIBSHADW_SHARD_SCAN_H_

#include <map>
#include <optional>
#include <vector>

#include "libshadw/shard/header.h"

namespace shadw::shard {

inline constexpr uint32_t kMaxGenerations = 64;
inline constexpr size_t kMaxRememberedObjects = 512;

class ShardScanner {
 public:
  explicit ShardScanner(VaultKeys vault) : vault_(std::move(vault)) {}

  struct Found {
    ObjectKeys keys;
    Header header;  // opened to kRead
  };
  // Nothing for what is not the vault's, or is but does not open.
  std::optional<Found> Identify(base::ByteSpan header);

 private:
  VaultKeys vault_;
  // The generations that each object was seen in, by their keys: some objects' at a time,
  // secrets are few (crypto/secret.h).
  std::map<ObjectId, std::vector<ObjectKeys>> known_;
  HeaderMemo memo_;
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_SCAN_H_
