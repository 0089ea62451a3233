// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/scan.h"

#include <algorithm>

namespace shadw::shard {

std::optional<ShardScanner::Found> ShardScanner::Identify(base::ByteSpan header) {
  const std::optional<ObjectId> id = RecogniseHeader(header, vault_.match_key());
  if (!id) return std::nullopt;
  const auto known = known_.find(*id);
  const auto commits = [&](const ObjectKeys& keys) { return CommitsTo(header, keys.audit_key()); };
  std::optional<ObjectKeys> keys;
  if (known != known_.end()) {
    const auto generation = std::ranges::find_if(known->second, commits);
    if (generation != known->second.end()) keys = *generation;
  }
  const bool is_new = !keys;
  if (is_new) {
    ObjectSalt salt;
    std::copy_n(id->begin(), salt.size(), salt.begin());
    for (uint32_t generation = 0; generation < kMaxGenerations && !keys; ++generation) {
      ObjectKeys candidate = vault_.ForSalt(salt, generation);
      // The id's second half comes from the writer's key: a masked id that was made up
      // differs.
      if (candidate.id() != *id) return std::nullopt;
      if (commits(candidate)) keys = std::move(candidate);
    }
  }
  if (!keys) return std::nullopt;
  absl::StatusOr<Header> opened = OpenHeader(header, *keys, OpenTo::kRead, &memo_);
  if (!opened.ok()) return std::nullopt;
  // Only now: made-up files must not fill the memory.
  if (is_new) {
    if (known_.size() >= kMaxRememberedObjects) known_.clear();
    known_[*id].push_back(*keys);
  }
  return Found{*keys, *std::move(opened)};
}

}  // namespace shadw::shard
