// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/scan.h"

#include <algorithm>

namespace shadw::shard {

std::optional<ShardScanner::Found> ShardScanner::Identify(base::ByteSpan header) {
  const std::optional<ObjectId> id = RecogniseHeader(header, vault_.match_key());
  if (!id) return std::nullopt;
  std::vector<ObjectKeys>& generations = known_[*id];
  const auto commits = [&](const ObjectKeys& keys) { return CommitsTo(header, keys.audit_key()); };
  auto keys = std::ranges::find_if(generations, commits);
  if (keys == generations.end()) {
    ObjectSalt salt;
    std::copy_n(id->begin(), salt.size(), salt.begin());
    for (uint32_t generation = 0; generation < kMaxGenerations; ++generation) {
      ObjectKeys candidate = vault_.ForSalt(salt, generation);
      // The id's second half comes from the writer's key: a masked id that was made up
      // differs.
      if (candidate.id() != *id) return std::nullopt;
      if (!commits(candidate)) continue;
      keys = generations.insert(generations.end(), std::move(candidate));
      break;
    }
  }
  if (keys == generations.end()) return std::nullopt;
  absl::StatusOr<Header> opened = OpenHeader(header, *keys, OpenTo::kRead, &memo_);
  if (!opened.ok()) return std::nullopt;
  return Found{*keys, *std::move(opened)};
}

}  // namespace shadw::shard
