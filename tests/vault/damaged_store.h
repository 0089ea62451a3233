// SPDX-License-Identifier: Apache-2.0
//
// A store in memory whose owner changes bytes as he likes.
#ifndef TESTS_VAULT_DAMAGED_STORE_H_
#define TESTS_VAULT_DAMAGED_STORE_H_

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "libshadw/store/store.h"

namespace shadw::vault {

class DamagedStore : public store::Store {
 public:
  explicit DamagedStore(const store::NodeId& node_id) : node_id_(node_id) {}

  void Flip(const store::StorageId& id, uint64_t at, uint8_t bits) {
    blobs_.at(id).first.at(at) ^= bits;
  }
  void Overwrite(const store::StorageId& id, uint64_t at, base::ByteSpan bytes) {
    std::ranges::copy(bytes, blobs_.at(id).first.begin() + static_cast<ptrdiff_t>(at));
  }
  void Replace(const store::StorageId& id, base::ByteSpan bytes) {
    blobs_.at(id).first = base::ToBytes(bytes);
  }
  const base::Bytes& Read(const store::StorageId& id) const { return blobs_.at(id).first; }

  const store::NodeId& node_id() const override { return node_id_; }
  absl::Status Put(const store::StorageId& id, base::ByteSpan bytes,
                   const store::TokenHash& token_hash) override {
    const bool fresh = blobs_.try_emplace(id, base::ToBytes(bytes), token_hash).second;
    return fresh ? absl::OkStatus() : absl::AlreadyExistsError("store: taken");
  }
  absl::StatusOr<size_t> Get(const store::StorageId& id, uint64_t offset,
                             base::MutableByteSpan out) const override {
    const auto at = blobs_.find(id);
    if (at == blobs_.end()) return absl::NotFoundError("store: no such blob");
    const base::ByteSpan bytes = at->second.first;
    if (offset >= bytes.size()) return 0;
    const size_t count = std::min<uint64_t>(out.size(), bytes.size() - offset);
    std::ranges::copy(bytes.subspan(offset, count), out.begin());
    return count;
  }
  absl::Status Delete(const store::StorageId& id, const store::DeleteToken& token) override {
    const auto at = blobs_.find(id);
    if (at == blobs_.end()) return absl::NotFoundError("store: no such blob");
    if (at->second.second != store::HashToken(token)) {
      return absl::PermissionDeniedError("store: delete token refused");
    }
    blobs_.erase(at);
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<store::StorageId>> List(std::optional<store::StorageId> after,
                                                     size_t limit) const override {
    std::vector<store::StorageId> ids;
    auto at = after ? blobs_.upper_bound(*after) : blobs_.begin();
    for (; at != blobs_.end() && ids.size() < limit; ++at) ids.push_back(at->first);
    return ids;
  }
  absl::StatusOr<std::vector<std::optional<store::BlobStat>>> StatMany(
      std::span<const store::StorageId> ids) const override {
    std::vector<std::optional<store::BlobStat>> stats;
    for (const store::StorageId& id : ids) {
      const auto at = blobs_.find(id);
      stats.push_back(at == blobs_.end() ? std::nullopt
                                         : std::optional(store::BlobStat{at->second.first.size(),
                                                                         at->second.second}));
    }
    return stats;
  }
  absl::Status Flush() override { return absl::OkStatus(); }

 private:
  store::NodeId node_id_;
  std::map<store::StorageId, std::pair<base::Bytes, store::TokenHash>> blobs_;
};

}  // namespace shadw::vault

#endif  // TESTS_VAULT_DAMAGED_STORE_H_
